package demo

import (
	. "time"

	_ "qingshan/internal/platform/store"
	_ "qingshan/internal/rules/num"
)

var _ = Second
