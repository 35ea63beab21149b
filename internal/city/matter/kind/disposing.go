package kind

// Disposing is the clock that figures go by (办理时限): the one that says so, else the first
// that can be extended; nil when the kind has none.
func (k *Kind) Disposing() *Clock {
	var first *Clock
	for i := range k.Clocks {
		c := &k.Clocks[i]
		if c.Disposes {
			return c
		}
		if first == nil && len(c.Extend) > 0 {
			first = c
		}
	}
	return first
}
