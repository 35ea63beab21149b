package air_test

import (
	_ "os"

	_ "github.com/google/go-cmp/cmp"
	_ "pgregory.net/rapid"

	_ "qingshan/internal/platform/store"
	_ "qingshan/internal/rules/air"
)
