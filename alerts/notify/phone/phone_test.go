package phone_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify/phone"
)

func TestNumbersAreWrittenAsTheServicesWantThem(t *testing.T) {
	type forms struct {
		Good             bool
		Mobile, Mainland string
	}
	for _, c := range []struct {
		name, in string
		want     forms
	}{
		{"a mobile phone", "+8613812345678", forms{true, "13812345678", "13812345678"}},
		{"a landline in Hangzhou", "+8657188773344", forms{true, "", "057188773344"}},
		{"a landline in Beijing has 10 digits that begin with 1", "+861065529988", forms{true, "", "01065529988"}},
		{"Hong Kong", "+85291234567", forms{true, "", ""}},
		{"no plus sign", "13812345678", forms{}},
		{"two zeros for the plus", "008613812345678", forms{}},
		{"blanks", "+86 138 1234 5678", forms{}},
		{"too long", "+8613812345678901", forms{}},
		{"nothing", "", forms{}},
		{"a plus sign only", "+", forms{}},
		{"digits of another script", "+８６１３８１２３４５６７８", forms{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got forms
			if got.Good = phone.Check(c.in) == nil; got.Good {
				got.Mobile, _ = phone.Mobile(c.in)
				got.Mainland, _ = phone.Mainland(c.in)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.in, diff)
			}
		})
	}
}

func TestEveryFormOfANumberIsKnown(t *testing.T) {
	want := []string{"+8657188773344", "8657188773344", "057188773344", "57188773344"}
	if diff := cmp.Diff(want, phone.Forms("+8657188773344")); diff != "" {
		t.Errorf("forms (-want +got):\n%s", diff)
	}
}

func FuzzNumber(f *testing.F) {
	f.Add("+8613812345678")
	f.Add("+861065529988")
	f.Add("+86")
	f.Fuzz(func(t *testing.T, s string) {
		_, mobile := phone.Mobile(s)
		_, mainland := phone.Mainland(s)
		if mobile && !mainland {
			t.Errorf("%q is a mobile number, but none of the mainland", s)
		}
		phone.Forms(s)
		phone.Check(s)
	})
}

func TestALandlineTakesNoTextMessages(t *testing.T) {
	for number, want := range map[string]bool{"+8613812345678": true, "+85291234567": true, "+8657188773344": false, "13812345678": false} {
		if got := phone.CheckText(number) == nil; got != want {
			t.Errorf("%s takes text messages: %t", number, got)
		}
	}
}
