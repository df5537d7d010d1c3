package apptest

import "shouwang.care/shouwang/gateway/api"

// WithHand is a station's session with the hand of a person.
func (p *Person) WithHand(token string) *Person {
	q := *p
	q.hand = token
	return &q
}

// Report says on an open live view of a station how its board is.
func (s *Screen) Report(r api.BoardReport) {
	s.t.Helper()
	r.Type = "board"
	if err := s.conn.WriteJSON(r); err != nil {
		s.t.Fatal(err)
	}
}
