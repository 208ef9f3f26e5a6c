//go:build !linux

package app_test

import "syscall"

// sysProcAttr has nothing to ask for: mounts of its own are Linux's alone, and so
// is the story of the full disk.
func sysProcAttr(bool) *syscall.SysProcAttr { return nil }
