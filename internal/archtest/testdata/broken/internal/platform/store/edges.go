package store

import (
	_ "database/sql"

	_ "github.com/google/go-cmp/cmp"

	_ "qingshan/internal/city/org"
	_ "qingshan/internal/rules/num"
)
