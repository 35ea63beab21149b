package situation

// Forget makes every board in memory old: the register of sites or regions has changed, which
// no number of the series tells.
func (s *Service) Forget() {
	s.mu.Lock()
	clear(s.names)
	s.mu.Unlock()
	s.stale.Add(1)
}
