//go:build !unix

package lambda

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return nil }

// kill kills a process, and leaves the processes that it started.
func kill(process *os.Process) { process.Kill() }
