package store

import wall "time"

var now = wall.Now

func age(t wall.Time) wall.Duration {
	wall.Sleep(wall.Second)
	return wall.Since(t)
}

func fine(time struct{ Now func() }) { time.Now() }
