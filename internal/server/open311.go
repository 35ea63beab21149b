package server

import "qingshan/internal/city/matter"

// registerOpen311 opens the door for tools of the city that speak GeoReport v2. It stands
// outside of the API: its callers bring a key of their own and get answers in the form of
// that specification.
func (s *Server) registerOpen311() {
	door := matter.NewOpen311(s.rooms.Matters, matter.Open311Config{Base: s.cfg.PublicURL, Contact: s.cfg.SMTP.From, Machine: s.machine})
	door.Routes(s.api)
	s.mux.Handle(matter.Open311Prefix, door)
	s.mux.HandleFunc(matter.Open311Discovery+".xml", door.Discovery)
	s.mux.HandleFunc(matter.Open311Discovery+".json", door.Discovery)
}
