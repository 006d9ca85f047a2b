package lambda

import "syscall"

// ownGroup starts a process in a group of its own, which an interrupt from the
// terminal does not reach, and has the system kill it when the thread that
// started it ends.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
