package main

import (
	_ "os"

	_ "qingshan/internal/server"
	_ "qingshan/packs/demo"
)

func main() {}
