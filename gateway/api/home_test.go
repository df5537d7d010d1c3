package api

import (
	"testing"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// TestWhereSomebodyBegins has who is led to the page of the community.
func TestWhereSomebodyBegins(t *testing.T) {
	d := &people.Directory{Sites: map[care.SiteID]care.Site{
		"house": {ID: "house", Kind: care.NursingHome}, "home-1": {ID: "home-1", Kind: care.PrivateHome}, "home-2": {ID: "home-2", Kind: care.PrivateHome},
	}}
	at := func(sites ...care.SiteID) people.Scope { return people.Scope{Sites: sites} }
	for name, test := range map[string]struct {
		user people.User
		want string
	}{
		"a carer of homes":            {people.User{Role: people.Carer, Scope: at("home-1", "home-2")}, "/community/"},
		"a leader of homes":           {people.User{Role: people.Leader, Scope: at("home-1")}, "/community/"},
		"a carer of a house":          {people.User{Role: people.Carer, Scope: at("house")}, "/ward/"},
		"a manager of both":           {people.User{Role: people.Manager, Scope: at("home-1", "house")}, "/ward/"},
		"a carer of nothing":          {people.User{Role: people.Carer}, "/ward/"},
		"of what is registered never": {people.User{Role: people.Carer, Scope: at("home-1", "gone")}, "/ward/"},
		"a screen in a home":          {people.User{Role: people.Carer, Station: people.AtStation, Scope: at("home-1")}, "/ward/"},
		"an operator of homes":        {people.User{Role: people.Operator, Scope: at("home-1")}, "/admin/"},
		"a helper":                    {people.User{Role: people.Helper}, "/family/"},
	} {
		if got := homeOf(d, test.user); got != test.want {
			t.Errorf("%s begins at %s, want %s", name, got, test.want)
		}
	}
}
