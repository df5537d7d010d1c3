package care

import "testing"

func TestPhotoRule(t *testing.T) {
	of := map[ZoneKind]PhotoRule{
		"":       PhotoUnknown,
		Bedroom:  PhotoPrivate,
		Bathroom: PhotoPrivate,
		Corridor: PhotoAllowed,
		Kitchen:  PhotoAllowed,
		Common:   PhotoAllowed,
		Service:  PhotoAllowed,
		"sauna":  PhotoUnknown, // of a program that is newer
	}
	for _, kind := range ZoneKinds() {
		if _, listed := of[kind]; !listed {
			t.Errorf("the table does not say whether photos are taken in a %s", kind)
		}
	}
	for kind, want := range of {
		for _, site := range []SiteKind{NursingHome, DayCare} {
			if got := PhotoRuleOf(site, kind, false); got != want {
				t.Errorf("the zone %q of a %s: %s, want %s", kind, site, got, want)
			}
			if got := PhotoRuleOf(site, kind, true); got != PhotoPrivate {
				t.Errorf("the zone %q of a %s with a bed: %s, want %s", kind, site, got, PhotoPrivate)
			}
		}
		if got := PhotoRuleOf(PrivateHome, kind, false); got != PhotoAtHome {
			t.Errorf("the zone %q of a private home: %s, want %s", kind, got, PhotoAtHome)
		}
		if got := PhotoRuleOf("", kind, false); got == PhotoAllowed {
			t.Errorf("the zone %q of a site of no kind: %s", kind, got)
		}
		if want == PhotoAllowed && kind.Private() {
			t.Errorf("the zone %q is private and open to photos", kind)
		}
	}
}
