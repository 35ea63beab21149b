package server

import "qingshan/internal/city/matter"

// registerOpen311 opens the door for tools of the city that speak GeoReport v2. It stands
// outside of the API: its callers bring a key of their own and get answers in the form of
// that specification.
func (s *Server) registerOpen311() {
	door := matter.NewOpen311(s.rooms.Matters)
	door.Routes(s.api)
	s.mux.Handle(matter.Open311Prefix, door)
}
