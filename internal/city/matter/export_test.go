package matter

// SetFewHits says from how many hits on a search reads in the order of the list.
func SetFewHits(s *Service, n int) { s.words.few = n }
