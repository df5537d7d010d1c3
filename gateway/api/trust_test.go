package api_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// aFingerprint is one that people can read to each other.
const aFingerprint = "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F"

// ownAuthority stands for that of package pki; what is in a certificate is not the
// API's business.
func ownAuthority() *api.Trust {
	return &api.Trust{
		Certificate: []byte{0x30, 0x82}, Name: "Shouwang 守望 gateway", Fingerprint: aFingerprint,
		Ends: time.Date(2036, 11, 25, 9, 0, 0, 0, time.UTC), Reach: func(opened string) string { return opened },
	}
}

// TestATabletLearnsToTrustTheGateway is what the operator sees who sets a tablet
// up before anybody has signed in at it.
func TestATabletLearnsToTrustTheGateway(t *testing.T) {
	tablet := newRig(t).nobody()
	always := []string{"00:01:02:03:04:05:06:07:", "18:19:1A:1B:1C:1D:1E:1F<", "Shouwang 守望 gateway", "2036-11-25", "gateway pki show", "<svg", `href="/trust/ca.crt"`}
	zh := tablet.do("GET", "/trust", nil, "Accept-Language", "zh-CN")
	zh.shows(t, http.StatusOK, append(always, `lang="zh-CN"`, "证书信任设置", "安卓", "鸿蒙", "Windows", `href="?lang=en"`), []string{"Certificate Trust Settings", "<script"})
	en := tablet.do("GET", "/trust", nil, "Accept-Language", "en-GB,en;q=0.9")
	en.shows(t, http.StatusOK, append(always, `lang="en"`, "Settings › General › About › Certificate Trust Settings", "Android", "HarmonyOS", "Windows", `href="?lang=zh"`), []string{"证书信任设置", "<script"})
	tablet.do("GET", "/trust?lang=en", nil, "Accept-Language", "zh-CN").shows(t, http.StatusOK, []string{`lang="en"`}, nil)

	style := string(zh.body[strings.Index(string(zh.body), "<style>")+len("<style>") : strings.Index(string(zh.body), "</style>")])
	sum := sha256.Sum256([]byte(style))
	if policy := zh.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") ||
		!strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") || strings.Contains(policy, "script-src") {
		t.Errorf("the policy is %q", policy)
	}
	ca := tablet.get("/trust/ca.crt").expect(t, http.StatusOK)
	if got := ca.Header.Get("Content-Type"); got != "application/x-x509-ca-cert" || string(ca.body) != "\x30\x82" {
		t.Errorf("the certificate comes as %s % x", got, ca.body)
	}
}

func TestTheCodeLeadsWhereOtherDevicesReachTheGateway(t *testing.T) {
	var asked []string
	r := newRig(t, func(o *api.Options) {
		o.Trust.Reach = func(opened string) string {
			asked = append(asked, opened)
			if strings.HasPrefix(opened, "nowhere") {
				return ""
			}
			return "192.168.1.10:8443"
		}
	})
	code := func(opened string) string {
		req := httptest.NewRequest("GET", "https://"+opened+"/trust", nil)
		w := httptest.NewRecorder()
		r.api.ServeHTTP(w, req)
		_, after, _ := strings.Cut(w.Body.String(), "<svg")
		drawn, _, _ := strings.Cut(after, "</svg>")
		return drawn
	}
	first := code("127.0.0.1:8443")
	if first == "" || first != code("gateway.lan") {
		t.Error("the same address is drawn in two ways, or not at all")
	}
	if got := code("nowhere.lan"); got != "" {
		t.Errorf("a code of no address is drawn: %s", got)
	}
	if got, want := fmt.Sprint(asked), "[127.0.0.1:8443 gateway.lan nowhere.lan]"; got != want {
		t.Errorf("it was asked for %s, want %s", got, want)
	}
}

func TestWithoutAnAuthorityOfItsOwnThereIsNothingToTrust(t *testing.T) {
	tablet := newRig(t, func(o *api.Options) { o.Trust = nil }).nobody()
	for _, path := range []string{"/trust", "/trust/ca.crt"} {
		tablet.do("GET", path, nil, "Accept-Language", "zh").shows(t, http.StatusNotFound, []string{"没有使用自己的证书颁发机构"}, nil)
		tablet.do("GET", path, nil, "Accept-Language", "en").shows(t, http.StatusNotFound, []string{"does not use a certificate authority of its own"}, nil)
	}
}

// TestAnEdgePostsWithItsOwnCertificate: what the broker demands cannot be got
// round by HTTPS.
func TestAnEdgePostsWithItsOwnCertificate(t *testing.T) {
	r := newRig(t, func(o *api.Options) {
		o.EdgeCertificate = func(s *tls.ConnectionState, site care.SiteID, edge care.EdgeID) error {
			if s == nil || s.ServerName != string(site)+"."+string(edge) { // stands for the certificate
				return errors.New("another's")
			}
			return nil
		}
	}).serve()
	_, body := press(t)
	post := func(shown string) int {
		req := httptest.NewRequest("POST", "/api/events", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/cloudevents+json")
		req.SetBasicAuth("songhe/floor-2", edgeSecret)
		if shown != "" {
			req.TLS = &tls.ConnectionState{ServerName: shown}
		}
		w := httptest.NewRecorder()
		r.api.ServeHTTP(w, req)
		return w.Code
	}
	got := map[string]int{"its own": post("songhe.floor-2"), "another's": post("songhe.floor-3"), "none": post("")}
	if got["its own"] != http.StatusOK || got["another's"] != http.StatusUnauthorized || got["none"] != http.StatusUnauthorized {
		t.Errorf("answered %v", got)
	}
}
