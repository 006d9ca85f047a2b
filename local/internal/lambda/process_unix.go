//go:build unix

package lambda

import (
	"os"
	"syscall"
)

// kill kills a process and its group, also when the process itself has ended.
func kill(process *os.Process) { syscall.Kill(-process.Pid, syscall.SIGKILL) }
