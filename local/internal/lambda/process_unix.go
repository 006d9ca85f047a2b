//go:build unix && !linux

package lambda

import (
	"os"
	"syscall"
)

// ownGroup starts a process in its own group, which an interrupt from the terminal
// does not reach.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// kill kills a process and its group, even if the process itself has ended.
func kill(process *os.Process) { syscall.Kill(-process.Pid, syscall.SIGKILL) }
