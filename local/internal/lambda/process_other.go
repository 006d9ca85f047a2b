//go:build !unix

package lambda

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return nil }

// kill kills a process. What it has started is left.
func kill(process *os.Process) { process.Kill() }
