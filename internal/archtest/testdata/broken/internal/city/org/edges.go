package org

import (
	_ "qingshan/internal/city/org/inner"
	_ "qingshan/internal/city/telemetry"
	_ "qingshan/internal/platform/store"
	_ "qingshan/web"
)
