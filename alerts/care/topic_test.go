package care_test

import (
	"strings"
	"testing"

	"shouwang.care/shouwang/alerts/care"
)

var longID = strings.Repeat("a", care.MaxIDLength)

// topics is the one table of topics, good (with their parts) and broken.
var topics = []struct {
	topic string
	site  care.SiteID
	edge  care.EdgeID
	kind  care.Kind
}{
	{"shouwang/v1/songhe/floor-2/event", "songhe", "floor-2", care.KindEvent},
	{"shouwang/v1/songhe/floor-2/reading", "songhe", "floor-2", care.KindReading},
	{"shouwang/v1/songhe/floor-2/state", "songhe", "floor-2", care.KindState},
	{"shouwang/v1/songhe/floor-2/committed", "songhe", "floor-2", care.KindCommitted},
	{"shouwang/v1/songhe/floor-2/config", "songhe", "floor-2", care.KindConfig},
	{"shouwang/v1/" + longID + "/" + longID + "/event", care.SiteID(longID), care.EdgeID(longID), care.KindEvent},
	{topic: ""},
	{topic: "shouwang/v1"},
	{topic: "shouwang/v1/core"},
	{topic: "shouwang/v2/songhe/floor-2/event"},
	{topic: "/shouwang/v1/songhe/floor-2/event"},
	{topic: "shouwang/v1/songhe/event"},
	{topic: "shouwang/v1/songhe/floor-2/event/more"},
	{topic: "shouwang/v1/songhe/floor-2/event/"},
	{topic: "shouwang/v1//floor-2/event"},
	{topic: "shouwang/v1/songhe//event"},
	{topic: "shouwang/v1/Songhe/floor-2/event"},
	{topic: "shouwang/v1/" + longID + "a/floor-2/event"},
	{topic: "shouwang/v1/+/+/event"},
	{topic: "shouwang/v1/songhe/floor-2/events"},
	{topic: "shouwang/v1/songhe/floor.2/event"},
	{topic: "shouwang/v1/松鹤/floor-2/event"},
}

func TestParseTopic(t *testing.T) {
	for _, c := range topics {
		t.Run(c.topic, func(t *testing.T) {
			site, edge, kind, err := care.ParseTopic(c.topic)
			if c.kind == "" {
				wantReason(t, err, care.ReasonBadTopic)
			} else {
				wantReason(t, err, "")
			}
			if site != c.site || edge != c.edge || kind != c.kind {
				t.Errorf("got %q, %q, %q, want %q, %q, %q", site, edge, kind, c.site, c.edge, c.kind)
			}
		})
	}
}

// TestAnyTopic compares the filter, on which the core's sessions depend.
func TestAnyTopic(t *testing.T) {
	if got, want := care.AnyTopic(care.KindEvent), "shouwang/v1/+/+/event"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzParseTopic checks that a topic is refused, or is just what Topic makes of
// its parts.
func FuzzParseTopic(f *testing.F) {
	for _, c := range topics {
		f.Add(c.topic)
	}
	f.Fuzz(func(t *testing.T, topic string) {
		site, edge, kind, err := care.ParseTopic(topic)
		if err != nil {
			wantReason(t, err, care.ReasonBadTopic)
			return
		}
		if got := care.Topic(site, edge, kind); got != topic {
			t.Errorf("the parts of %q make %q", topic, got)
		}
	})
}

func FuzzValidID(f *testing.F) {
	for _, s := range []string{"", "a", "203-1", "A", "-", longID, longID + "a", "é", "a/b", "a b", "a\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := len(s) >= 1 && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
		if got := care.ValidID(s); got != want {
			t.Errorf("ValidID(%q) = %t, want %t", s, got, want)
		}
	})
}
