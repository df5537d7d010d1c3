// Package apptest is the outside of a gateway in tests: the people who sit
// before its screens and the devices that send to its broker. It knows the
// gateway by its addresses only, so that it serves one in this process and one
// in a process of its own alike.
package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// Patience bounds waits that end much sooner; only a broken test needs it all.
const Patience = time.Minute

// Password is that of every user of Plan, Secret that of every edge.
const (
	Password = "correct horse"
	Secret   = "0123456789abcdef0123456789abcdef"
)

// Site, Edge and the points below are what Plan registers.
const (
	Site  care.SiteID  = "songhe"
	Edge  care.EdgeID  = "room-203"
	Cord  care.PointID = "r203-cord"
	Smoke care.PointID = "r203-smoke"
	Air   care.PointID = "r203-air"
	Call  care.PointID = "r203-1-call"
)

// Plan is a site plan with a small home: a room with one resident, two carers,
// an inspector, a daughter and an operator.
const Plan = `
regions:
  - {id: linqi, level: district, name: {zh: 临栖区, en: Linqi District}}
sites:
  - id: songhe
    kind: nursing_home
    name: {zh: 松鹤养老院, en: Songhe Care Home}
    region: linqi
    address: {zh: 棠湖路18号, en: 18 Tanghu Road}
    time_zone: Asia/Shanghai
    zones:
      - {id: r203, floor: "2", name: {zh: 203房, en: Room 203}}
    edges:
      - {id: room-203, name: {zh: 203房边缘终端, en: Edge of room 203}, secret: 0123456789abcdef0123456789abcdef}
      - {id: room-204, name: {zh: 204房边缘终端, en: Edge of room 204}, secret: 0123456789abcdef0123456789abcdef}
    residents:
      - {id: res-203-1, name: 张秀英, risk: {zh: 高跌倒风险, en: High risk of falling}, family_consent: true}
    points:
      - {id: r203-cord, edge: room-203, zone: r203, name: {zh: 卫生间紧急拉绳, en: Bathroom cord}}
      - {id: r203-smoke, edge: room-203, zone: r203, name: {zh: 烟雾探测器, en: Smoke detector}}
      - {id: r203-air, edge: room-203, zone: r203, name: {zh: 温湿度传感器, en: Temperature and humidity}}
      - {id: r203-1-call, edge: room-203, zone: r203, name: {zh: 床头呼叫按钮, en: Bedside button}, bed: "1", resident: res-203-1}
      - {id: r203-1-fall, edge: room-203, zone: r203, name: {zh: 跌倒传感器, en: Fall sensor}, bed: "1", resident: res-203-1}
users:
  - {login: carer, name: 李文娟, role: carer, password: correct horse, scope: {sites: [songhe]}}
  - {login: other, name: 王芳, role: carer, password: correct horse, scope: {sites: [songhe]}}
  - {login: inspector, name: 周立新, role: inspector, password: correct horse, scope: {regions: [linqi]}}
  - {login: daughter, name: 王晓梅, role: family, password: correct horse, scope: {residents: [res-203-1]}}
  - {login: operator, name: 系统管理员, role: operator, password: correct horse}
`

// PlanFile writes Plan into a folder and returns its path.
func PlanFile(t testing.TB, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "site-plan.yaml")
	if err := os.WriteFile(path, []byte(Plan), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Person is somebody who is signed in.
type Person struct {
	t      testing.TB
	web    string
	cookie *http.Cookie
	hand   string // of a person at a station; see WithHand
}

// SignIn signs a user of Plan in.
func SignIn(t testing.TB, web, login string) *Person {
	t.Helper()
	return SignInWith(t, web, login, Password)
}

// SignInWith signs in with a password of one's own.
func SignInWith(t testing.TB, web, login, password string) *Person {
	t.Helper()
	p := &Person{t: t, web: web}
	body := fmt.Sprintf(`{"login":%q,"password":%q}`, login, password)
	resp := p.do(http.MethodPost, "/api/session", body)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		t.Fatalf("sign in as %s: %s: %s", login, resp.Status, text)
	}
	for _, c := range resp.Cookies() {
		p.cookie = c
	}
	if p.cookie == nil {
		t.Fatalf("sign in as %s: no cookie", login)
	}
	return p
}

// Nobody is a browser in which nobody is signed in.
func Nobody(t testing.TB, web string) *Person { return &Person{t: t, web: web} }

// Text makes a request and returns the answer as it is.
func (p *Person) Text(method, path, body string) (status int, text string) {
	p.t.Helper()
	resp := p.do(method, path, body)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// Whole makes a request without a body and returns the answer with its header.
func (p *Person) Whole(method, path string) (status int, header http.Header, text string) {
	p.t.Helper()
	resp := p.do(method, path, "")
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

func (p *Person) do(method, path, body string) *http.Response {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	p.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, method, p.web+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.cookie != nil {
		req.AddCookie(p.cookie)
	}
	if p.hand != "" {
		req.Header.Set(api.HandHeader, p.hand)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp
}

// Call makes a request, decodes the answer into out unless that is nil, and
// returns the status.
func (p *Person) Call(method, path, body string, out any) int {
	p.t.Helper()
	resp := p.do(method, path, body)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if out != nil {
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(out); err != nil {
			p.t.Fatalf("%s %s: %s: %v: %s", method, path, resp.Status, err, text)
		}
	}
	return resp.StatusCode
}

// Board returns what the person sees now.
func (p *Person) Board() api.Board {
	p.t.Helper()
	var b api.Board
	if status := p.Call(http.MethodGet, "/api/board", "", &b); status != http.StatusOK {
		p.t.Fatalf("the board answers %d", status)
	}
	return b
}

// Screen is a live view of a person.
type Screen struct {
	t    testing.TB
	conn *websocket.Conn
}

// Watch opens a live view: from a snapshot, or after a number.
func (p *Person) Watch(after *uint64) *Screen {
	p.t.Helper()
	header := http.Header{"Cookie": {p.cookie.String()}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(p.web, "http")+"/api/live", header)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	if err := conn.WriteJSON(api.Hello{Type: "hello", After: after}); err != nil {
		p.t.Fatal(err)
	}
	return &Screen{p.t, conn}
}

// Next returns the next frame.
func (s *Screen) Next() api.Frame {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(Patience))
	var f api.Frame
	if err := s.conn.ReadJSON(&f); err != nil {
		s.t.Fatalf("read a live view: %v", err)
	}
	return f
}

// Read takes a frame and throws it away; the error is that the view has ended.
// Unlike Next it may be called from another goroutine than the test's.
func (s *Screen) Read() error {
	_, _, err := s.conn.ReadMessage()
	return err
}

// Until returns the first frame with a row of the kind.
func (s *Screen) Until(kind care.EntryKind) api.Frame {
	s.t.Helper()
	for {
		if f := s.Next(); f.Kind == kind {
			return f
		}
	}
}
