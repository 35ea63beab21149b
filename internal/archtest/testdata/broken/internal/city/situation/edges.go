package situation

import (
	_ "qingshan/internal/city/cellar"
	_ "qingshan/internal/city/matter"
	_ "qingshan/internal/city/org"
	_ "qingshan/internal/city/telemetry"
	_ "qingshan/internal/server"
)
