package demo

import (
	"fmt"

	"shouwang.care/shouwang/alerts/care"
)

// neighbours enters for each private home whom one calls in the night: the
// telephone beside the resident, and a neighbour. Each third of them holds a key,
// and for as many there is a key box. It comes after all homes, so that they are
// as they are for a seed without neighbours.
func (m *maker) neighbours() {
	n := 0
	for i := range m.Plan.Sites {
		s := &m.Plan.Sites[i]
		if s.Kind != care.PrivateHome {
			continue
		}
		n++
		r := &s.Residents[0]
		r.Contacts = telephone(100 + n)
		if n%3 == 2 {
			r.Access = &care.Text{ZH: "钥匙盒在后门左边，密码问邻居", EN: "Key box left of the back door; the neighbour has its code"}
		}
		login := "neighbour-" + string(s.ID)
		m.Plan.Users = append(m.Plan.Users, User{
			ID: care.UserID("u-" + login), Login: login, Name: m.names.next().ZH, Role: "helper", Relation: "neighbour",
			KeyHolder: n%3 == 1, Contacts: telephone(200 + n), Scope: Scope{Residents: []care.ResidentID{r.ID}},
		})
	}
}

// telephone is a number at which nobody is called: 000 is no area of China.
func telephone(n int) []Contact {
	return []Contact{{Channel: "voice", Address: fmt.Sprintf("+860000000%03d", n)}}
}
