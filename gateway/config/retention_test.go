package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestHowLongDataIsKept(t *testing.T) {
	load := func(text string) (Config, error) {
		path := filepath.Join(t.TempDir(), "gateway.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return Load(path, func(string) string { return "" })
	}
	c, err := load("retention: {messages: 7, incident_texts: 0}\n")
	if err != nil {
		t.Fatal(err)
	}
	if k := c.Retention; k.Messages != 7 || k.IncidentTexts != 0 || k.AuditNames != 365 || k.HandOvers != 3*365 {
		t.Errorf("the settings are %+v", k)
	}
	_, err = load("retention: {messages: 6, audit_names: 90, hand_overs: 1, residents_who_left: -1}\n")
	for _, want := range []string{"retention.messages", "retention.audit_names", "retention.hand_overs", "retention.residents_who_left"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the mistakes do not name %s: %v", want, err)
		}
	}
}

func TestBefore(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	if got := Before(now, 30); !got.Equal(now.AddDate(0, 0, -30)) {
		t.Errorf("thirty days before is %v", got)
	}
	if got := Before(now, 0); !got.IsZero() {
		t.Errorf("what is kept without end is old before %v", got)
	}
}
