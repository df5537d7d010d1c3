package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/privacy"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// unzip returns the files of an answer.
func unzip(t *testing.T, text string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(text)), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

// TestSheTakesHerDataWithHerAndIsForgotten: the manager exports what is kept of
// 张秀英 and erases it. The log of the site verifies before and after, with heads
// that an inspector kept.
func TestSheTakesHerDataWithHerAndIsForgotten(t *testing.T) {
	r := withRelatives(t)
	manager := apptest.SignIn(t, r.Web(), "manager")
	d := apptest.Connect(t, r.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Call)
	d.Send(e)
	d.Answer(e.ID)
	erase := func(name, reason string) (int, string) {
		fields := map[string]string{"name": name}
		if reason != "" {
			fields["reason"] = reason
		}
		body, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		var p api.Problem
		status := manager.Call(http.MethodPost, "/api/privacy/residents/res-203-1/erase", string(body), &p)
		return status, p.Code
	}
	if status, code := erase("张秀英", "requested"); status != 409 || code != privacy.CodeStillOpen {
		t.Errorf("while an incident is open it answers %d %s", status, code)
	}
	incident := manager.Board().Incidents[0].ID
	if status := manager.Call(http.MethodPost, "/api/incidents/"+incident+"/resolve", `{"cause":"real","alarms":1,"note":"张秀英扶起，无外伤"}`, nil); status >= 300 {
		// It still rings, so the cause has to be another one.
		if status := manager.Call(http.MethodPost, "/api/incidents/"+incident+"/resolve", `{"cause":"false","reason":"other","alarms":1,"note":"张秀英扶起，无外伤"}`, nil); status != 200 {
			t.Fatalf("resolving answers %d", status)
		}
	}

	status, text := manager.Text(http.MethodGet, "/api/privacy/residents/res-203-1/export", "")
	if status != 200 {
		t.Fatalf("the export answers %d %s", status, text)
	}
	files := unzip(t, text)
	for name, want := range map[string]string{"record.json": "无外伤", "record.html": "张秀英", "incidents.csv": "紧急呼叫"} {
		if !strings.Contains(files[name], want) {
			t.Errorf("%s does not have %s: %s", name, want, files[name])
		}
		for _, other := range []string{"周玉兰", "糖尿病", "+8613800000008"} {
			if strings.Contains(files[name], other) {
				t.Errorf("%s has %s of the neighbour", name, other)
			}
		}
	}

	heads := r.SignHeads(t)
	if err := r.Verify(t, heads).Err(); err != nil {
		t.Fatal(err)
	}
	if status, code := erase("张秀", "requested"); status != 422 || code != privacy.CodeNameDiffers {
		t.Errorf("another name answers %d %s", status, code)
	}
	if status, code := erase("张秀英", ""); status != 422 || code != privacy.CodeNeedsReason {
		t.Errorf("without a reason, while she lives there, it answers %d %s", status, code)
	}
	if status, code := erase("张秀英", "requested"); status != 200 {
		t.Fatalf("erasing answers %d %s", status, code)
	}
	_, text = manager.Text(http.MethodGet, "/api/privacy/residents/res-203-1/export", "")
	for name, content := range unzip(t, text) {
		for _, secret := range []string{"张秀英", "无外伤", "王晓梅", "六点半", "+8613800000009"} {
			if strings.Contains(content, secret) {
				t.Errorf("after it %s still has %s", name, secret)
			}
		}
	}
	if u := r.Directory().Users[r.idOf("周强")]; u.Disabled {
		t.Error("the neighbour's son cannot come in any more")
	}
	var detail api.IncidentDetail
	if status := manager.Call(http.MethodGet, "/api/incidents/"+incident, "", &detail); status != 200 || detail.Incident.Class != care.SOS || detail.Incident.Note != "" {
		t.Errorf("the incident answers %d %+v", status, detail.Incident)
	}
	report := r.Verify(t, heads)
	if err := report.Err(); err != nil || report.Erased == 0 || report.Signed == 0 {
		t.Errorf("the log after it, with %d signed heads and %d erased: %v", report.Signed, report.Erased, err)
	}
}

// TestEverybodyTakesHisOwnData, and nobody else's.
func TestEverybodyTakesHisOwnData(t *testing.T) {
	r := withRelatives(t)
	son := apptest.SignIn(t, r.Web(), "son")
	status, text := son.Text(http.MethodGet, "/api/privacy/me", "")
	if status != 200 {
		t.Fatalf("it answers %d %s", status, text)
	}
	files := unzip(t, text)
	if !strings.Contains(files["record.json"], "+8613800000008") || !strings.Contains(files["record.json"], string(care.AuditSignedIn)) || !strings.Contains(files["record.html"], "周强") {
		t.Errorf("he gets %v", files)
	}
	for _, secret := range []string{"argon2id", "+8613800000009", "王晓梅", "周玉兰"} {
		if strings.Contains(files["record.json"], secret) {
			t.Errorf("he gets %s", secret)
		}
	}
}
