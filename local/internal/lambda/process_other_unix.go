//go:build unix && !linux

package lambda

import "syscall"

// ownGroup starts a process in a group of its own, which an interrupt from the
// terminal does not reach.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
