package shouwang_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "shouwang.care/shouwang/"

// imports lists, for each package of this module, what its code that is no test
// imports. Packages that serve tests (their name ends in test) are left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	all := map[string][]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if name := strings.TrimPrefix(p.ImportPath, module); !strings.HasSuffix(name, "test") {
			all[name] = p.Imports
		}
	}
}

// arrows says for a folder what its packages may import of this module; a
// package may always import those below its own folder. The longest folder
// that fits a package counts.
var arrows = []struct {
	from string
	to   []string
	why  string
}{
	{"alerts/care", nil, "the shared words stand on nothing but the standard library"},
	{"alerts/people", []string{"alerts/care"}, "who people are is known without any rule about alarms"},
	{"alerts/sheet", nil, "a reader of documents knows nothing of what is in them"},
	{"alerts/roster", []string{"alerts/care", "alerts/sheet"}, "a roster is computed from one document and a time zone"},
	{"alerts/ladder", []string{"alerts/care", "alerts/people", "alerts/sheet"}, "who is told is known without sending anything"},
	{"alerts/rule", []string{"alerts/care", "alerts/people", "alerts/sheet"}, "conditions are judged without any I/O"},
	{"alerts/health", []string{"alerts/care"}, "statistics are computed from incidents alone"},
	{"alerts/notify", []string{"alerts/care", "alerts/notify"}, "a channel hands a message over; it decides nothing about alarms"},
	{"alerts", []string{"alerts/care", "alerts/people"}, "the core is pure: it knows neither gateway nor edge"},

	{"edge", []string{"alerts/care"}, "an edge runs on a small board beside an old person and must not carry the gateway"},
	{".edge main", []string{"alerts/care", "edge", "firmware-sim/board"}, "--hardware sim:FILE is the one place where the agent knows of simulated hardware"},
	{"edge/agent", []string{"alerts/care", "edge"}, ""},

	{"firmware-sim", []string{"alerts/care", "edge", "firmware-sim"}, "a simulation that imported the gateway could not judge it"},

	{"gateway/config", nil, "settings are read before anything else exists"},
	{"gateway/siteplan", []string{"alerts/care", "alerts/people", "alerts/sheet"}, "siblings under gateway meet only in gateway/app"},
	{"gateway/siteplan/excel", []string{"alerts/care", "alerts/people", "gateway/siteplan"}, "a workbook is another form of a site plan"},
	{"gateway/broker", []string{"alerts/care"}, "siblings under gateway meet only in gateway/app"},
	{"gateway/ingest", []string{"alerts/care", "alerts/people"}, "siblings under gateway meet only in gateway/app"},
	{"gateway/watch", []string{"alerts", "alerts/care", "alerts/people", "alerts/ladder", "alerts/roster", "alerts/rule", "alerts/notify"}, "siblings under gateway meet only in gateway/app"},
	{"gateway/watch/supervise", []string{"alerts", "alerts/care", "alerts/people"}, "what is silent is found without deciding what it means"},
	{"gateway/watch/boards", []string{"alerts/care", "alerts/people"}, "whether boards ring is found without deciding what it means"},
	{"gateway/watch/outbox", []string{"alerts", "alerts/care", "alerts/people", "alerts/notify"}, "who sends does not decide"},
	{"gateway/channels", []string{"alerts/notify"}, "settings become channels"},
	{"gateway/pki", []string{"alerts/care"}, "who signs certificates knows nothing of who shows them"},
	{"gateway/picture", nil, "a photo is made fit without knowing of what it is"},
	{"gateway/heartbeat", nil, "a heartbeat knows nothing but what it is told to check"},
	{"gateway/ledger", []string{"alerts", "alerts/care", "alerts/people"}, "siblings under gateway meet only in gateway/app"},
	{"gateway/series", []string{"alerts/care", "gateway/series"}, "siblings under gateway meet only in gateway/app"},
	{"gateway/api", []string{"alerts", "alerts/care", "alerts/people", "alerts/health", "alerts/ladder", "alerts/notify", "alerts/roster", "alerts/rule", "gateway/api", "alerts/sheet"}, "siblings under gateway meet only in gateway/app"},
	{"gateway/app", []string{"alerts", "alerts/care", "alerts/people", "alerts/health", "alerts/ladder", "alerts/notify", "alerts/roster", "alerts/rule", "gateway", "dashboards"}, "the gateway must not depend on edges or simulations"},
	{"gateway", []string{"alerts/care", "alerts/rule", "gateway/app", "gateway/config", "gateway/ledger", "gateway/pki"}, "main is a doorway"},
	{"dashboards", nil, "the pages are files"},
}

func TestArrowsPointInward(t *testing.T) {
	for name, list := range imports(t) {
		if name == strings.TrimSuffix(module, "/") { // the root
			continue
		}
		best := -1
		for i, a := range arrows {
			if a.from == "."+name+" main" || name == a.from || strings.HasPrefix(name, a.from+"/") {
				if best < 0 || len(a.from) > len(arrows[best].from) || strings.HasPrefix(a.from, ".") {
					best = i
				}
			}
		}
		if best < 0 {
			t.Errorf("no arrow is drawn for %s: add it to this test and to docs/architecture.md", name)
			continue
		}
		for _, imported := range list {
			to, ours := strings.CutPrefix(imported, module)
			if ours && !may(name, arrows[best].to, to) {
				t.Errorf("%s must not import %s: %s", name, to, arrows[best].why)
			}
		}
	}
}

// may reports whether a package may import another one of the module.
func may(from string, allowed []string, to string) bool {
	if strings.HasPrefix(to, from+"/") {
		return true
	}
	for _, a := range allowed {
		// The packages of alerts are named each, but for the channels; all other
		// folders as a whole.
		if to == a || (!strings.HasPrefix(a, "alerts") || a == "alerts/notify") && strings.HasPrefix(to, a+"/") {
			return true
		}
	}
	// Within one folder of edge, such as edge/driver, siblings may meet.
	return strings.HasPrefix(from, "edge/") && strings.HasPrefix(to, "edge/") && to != "edge/agent"
}

// owners names the packages that stand between the project and a library, so
// that a library can be replaced in one place.
var owners = map[string][]string{
	"github.com/nats-io/":                       {"gateway/broker"},
	"github.com/eclipse/paho.mqtt.golang":       {"gateway/ingest", "edge/uplink"},
	"github.com/prometheus/prometheus/":         {"gateway/series/embedded"},
	"github.com/influxdata/influxdb-client-go/": {"gateway/series/influx"},
	"github.com/uptrace/bun":                    {"gateway/ledger"},
	"github.com/pressly/goose/":                 {"gateway/ledger"},
	"modernc.org/sqlite":                        {"gateway/ledger"},
	"github.com/gorilla/websocket":              {"gateway/api/live"},
	"github.com/danielgtaylor/huma/":            {"gateway/api"},
	"github.com/alexedwards/":                   {"gateway/api"},
	"periph.io/x/host/":                         {"edge"},
	"periph.io/x/conn/":                         {"edge", "edge/agent", "edge/driver", "firmware-sim/board", "firmware-sim/chip"},
	"github.com/prometheus/client_golang/":      {"gateway"},
	"github.com/xuri/excelize/":                 {"gateway/api/inspect", "gateway/siteplan/excel"},
	"github.com/goccy/go-yaml":                  {"gateway/config", "gateway/siteplan", "gateway/channels", "edge/config", "firmware-sim", "alerts/sheet", "alerts/rule", "gateway/api"},
	"github.com/google/cel-go/":                 {"alerts/rule"},
	"golang.org/x/image/":                       {"gateway/picture"},
	"github.com/arran4/golang-ical":             {"alerts/roster"},
	"github.com/wneessen/go-mail":               {"alerts/notify/mail"},
	"github.com/SherClockHolmes/webpush-go":     {"alerts/notify/webpush"},
	"github.com/nicholas-fedor/shoutrrr/":       {"alerts/notify/shoutrrr"},
	"database/sql":                              {"gateway/ledger"},
	"net/http":                                  {"gateway/api", "gateway/channels", "gateway/heartbeat", "gateway/series/influx", "edge/uplink", "alerts/notify"},
}

func TestEachLibraryHasOneDoor(t *testing.T) {
	for name, list := range imports(t) {
		for _, imported := range list {
			for library, doors := range owners {
				if imported != library && !strings.HasPrefix(imported, strings.TrimSuffix(library, "/")+"/") {
					continue
				}
				if !behind(name, doors) {
					t.Errorf("%s imports %s, which belongs behind %s", name, imported, strings.Join(doors, " and "))
				}
			}
		}
	}
}

func behind(name string, doors []string) bool {
	for _, d := range doors {
		if name == d || strings.HasPrefix(name, d+"/") && d != "edge" {
			return true
		}
	}
	return false
}

// TestTheCoreTouchesNothing: no file, network, process or log is reached from
// the alerting core.
func TestTheCoreTouchesNothing(t *testing.T) {
	for name, list := range imports(t) {
		if path.Dir(name+"/x") != "alerts" && !strings.HasPrefix(name, "alerts/") || strings.HasPrefix(name+"/", "alerts/notify/") {
			continue // channels are there for I/O
		}
		for _, imported := range list {
			switch imported {
			case "os", "net", "net/http", "os/exec", "log", "log/slog", "database/sql", "syscall":
				t.Errorf("%s imports %s: the core does no I/O", name, imported)
			}
		}
	}
}
