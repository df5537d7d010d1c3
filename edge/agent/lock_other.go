//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package agent

import "os"

// lockFile opens the file without a lock: these systems run no edge, and that
// the code builds on them is all that is asked.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
