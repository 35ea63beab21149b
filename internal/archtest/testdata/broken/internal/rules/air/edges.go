package air

import (
	_ "embed"
	_ "log/slog"
	_ "math"
	_ "net/http"
	_ "os"

	_ "github.com/jackc/pgx/v5"
	_ "github.com/pelletier/go-toml/v2"
	_ "gonum.org/v1/gonum/stat"

	_ "qingshan/internal/platform/store"
	_ "qingshan/internal/rules/num"
)
