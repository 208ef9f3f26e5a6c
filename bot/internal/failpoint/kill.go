//go:build failpoint

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

var (
	name, nth = target(os.Getenv("FIRSTLINE_FAILPOINT"))
	hits      atomic.Int64
)

func target(env string) (string, int64) {
	point, n, numbered := strings.Cut(env, ":")
	if !numbered {
		return point, 1
	}
	count, err := strconv.ParseInt(n, 10, 64)
	if err != nil || count < 1 {
		panic("FIRSTLINE_FAILPOINT: want name or name:n, got " + env)
	}
	return point, count
}

// Hit kills the process when point is the one that was asked for.
func Hit(point string) {
	if point != name || hits.Add(1) != nth {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic("failpoint: " + err.Error())
	}
	select {} // the signal is on its way: nothing more may happen here
}
