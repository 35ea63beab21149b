package server

import (
	_ "qingshan/cmd/qingshan"
	_ "qingshan/internal/city/org"
	_ "qingshan/web"
)
