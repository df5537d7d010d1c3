package channels_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/gateway/channels"
)

const good = `
sms:
  type: aliyun_sms
  options:
    access_key_id: LTAI4example
    access_key_secret: not-a-real-secret
    sign_name: 湖畔养老院
    templates: {alarm: {id: SMS_1, fill: [place, class]}}
mail:
  type: mail
  options: {host: smtp.example.org, from: 守望 <alarm@example.org>}
robot:
  type: webhook
  options: {url: "https://hooks.example.org/in", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}
`

func TestChannelsOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "channels.yaml")
	if err := os.WriteFile(path, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := channels.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, best := range map[string]notify.Proof{"sms": notify.Delivered, "mail": notify.Taken, "robot": notify.Taken} {
		if c := made[name]; c == nil || c.Best() != best {
			t.Errorf("the channel %s is %v, want one that proves %v", name, c, best)
		}
	}
	if len(made) != 3 {
		t.Errorf("there are %d channels, want 3", len(made))
	}
}

func TestAFileThatOthersCanRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "channels.yaml")
	if err := os.WriteFile(path, []byte(good), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := channels.Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("the error is %v, want one that says how to mend it", err)
	}
}

func TestMistakesOfAFile(t *testing.T) {
	for _, c := range []struct {
		name, source string
		want         []string
	}{
		{"nothing is no mistake", "", nil},
		{"a list", "- sms", []string{"no mapping"}},
		{"no YAML", "sms: [", []string{"is no YAML"}},
		{"an unknown type", "sms:\n  type: pigeon", []string{"line 1: sms: there is no type \"pigeon\"", "aliyun_sms"}},
		{"a name that is built in", "screen:\n  type: mail", []string{"line 1: screen", "boards"}},
		{"a name with a space", "my sms:\n  type: mail", []string{"line 1", "a-z"}},
		{"an option that does not exist", "m:\n  type: mail\n  options:\n    hots: x", []string{"m: ", "hots"}},
		{"all mistakes at once, with their lines", "m:\n  type: mail\n  options:\n    host: smtp.example.org\n    port: 99999\nw:\n  type: webhook\n  options:\n    url: not-an-address\n",
			[]string{"line 5: m: port", "line 9: w: url"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := channels.Parse("channels.yaml", []byte(c.source))
			if (err != nil) != (c.want != nil) {
				t.Fatalf("the error is %v", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error lacks %q: %v", part, err)
				}
			}
		})
	}
}

func TestNoMistakeShowsASecret(t *testing.T) {
	_, err := channels.Parse("channels.yaml", []byte("w:\n  type: webhook\n  options:\n    url: https://hooks.example.org\n    secret: short-s3cret\n    nonsense: 1\n"))
	if err == nil {
		t.Fatal("the mistakes were not found")
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error shows a secret: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("!-&id: carer"))
	f.Add([]byte("a: {type: http, options: {send: {url: '{{'}}}"))
	f.Fuzz(func(t *testing.T, source []byte) {
		made, err := channels.Parse("channels.yaml", source)
		if err == nil && made == nil {
			t.Error("neither channels nor an error")
		}
	})
}
