package util

func init() {}

type thing struct{}

func (thing) init() {}
