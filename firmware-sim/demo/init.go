package demo

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/firmware-sim/fleet"
)

// The files of a demonstration.
const (
	PlanFile    = "site-plan.yaml" // for gateway import
	FleetFile   = "demo.yaml"      // the fleet, and the sign that all is there
	NightFile   = "night.txt"
	SignInsFile = "sign-ins.txt"
)

// File is what demo.yaml holds.
type File struct {
	fleet.Spec `yaml:",inline"`
	// Scenario is the night, relative to the file.
	Scenario string `yaml:"scenario"`
	// People says whom one meets at a place.
	People map[string]care.Text `yaml:"people"`
	// Moments are short scenarios of which one happens every few minutes after
	// the night.
	Moments []string `yaml:"moments"`
}

// Init writes a demonstration to the folder dir and says whether it did: a folder
// that holds one is left as it is, so that residents and passwords stay. A
// half-written one is written anew. mqtt and https are the gateway's addresses.
func Init(dir, mqtt, https string) (written bool, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return false, fmt.Errorf("find the folder of the demonstration: %w", err)
	}
	switch _, err := os.Stat(filepath.Join(dir, FleetFile)); {
	case err == nil:
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("look for a demonstration: %w", err)
	}
	d := Build(Options{
		Seed: 1, MQTT: mqtt, HTTPS: https, Data: filepath.Join(dir, "edges"),
		Secret: secret, Password: password,
	})
	for _, u := range d.Units {
		if err := u.Config.Validate(); err != nil {
			return false, fmt.Errorf("the addresses of the gateway do not fit an edge: %w", err)
		}
	}
	return true, d.write(dir)
}

// write writes all files, the fleet's last: it is the sign that the others are
// there. They hold passwords, so nobody else may read them.
func (d *District) write(dir string) error {
	file := File{Scenario: NightFile, People: d.People, Moments: moments}
	for _, u := range d.Units {
		sub := filepath.Join("edges", string(u.Site), string(u.Config.Edge))
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return fmt.Errorf("make the folder of an edge: %w", err)
		}
		m := fleet.Files{Config: filepath.Join(sub, "edge.yaml"), Board: filepath.Join(sub, "board.yaml")}
		file.Edges = append(file.Edges, m)
		about := fmt.Sprintf("# Edge %s of site %s. To run it alone:\n#   edge --config edge.yaml --hardware sim:board.yaml\n", u.Config.Edge, u.Site)
		if err := writeYAML(filepath.Join(dir, m.Config), about, u.Config); err != nil {
			return err
		}
		about = fmt.Sprintf("# The simulated hardware of edge %s of site %s.\n", u.Config.Edge, u.Site)
		if err := writeYAML(filepath.Join(dir, m.Board), about, u.Board); err != nil {
			return err
		}
	}
	about := "# Who and what is registered; names, places and institutions are invented.\n# To enter it: gateway import site-plan.yaml\n"
	if err := writeYAML(filepath.Join(dir, PlanFile), about, d.Plan); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, NightFile), []byte(night)); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, SignInsFile), []byte(d.signIns())); err != nil {
		return err
	}
	return writeYAML(filepath.Join(dir, FleetFile), "# The fleet of the demonstration. To play it: firmware-sim demo --dir .\n", file)
}

func writeYAML(path, about string, v any) error {
	b, err := yaml.MarshalWithOptions(v, yaml.IndentSequence(false))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writeFile(path, append([]byte(about), b...))
}

// writeFile replaces a file as a whole.
func writeFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, werr := f.Write(b)
	err = errors.Join(werr, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what counts is that path is as before
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// signIns tells a person how to look around.
func (d *District) signIns() string {
	sees := map[string]care.Text{
		"carer":     {ZH: "养老院护理员", EN: "carer of the nursing home"},
		"leader":    {ZH: "养老院班组长", EN: "shift leader of the nursing home"},
		"station":   {ZH: "2楼护理站的平板（点姓名，输入密码）", EN: "tablet of the station on floor 2: tap a name, enter the PIN"},
		"wall":      {ZH: "走廊大屏（不显示姓名）", EN: "screen on the wall, without names"},
		"community": {ZH: "社区工作人员（60户居家）", EN: "community worker, 60 private homes"},
		"inspector": {ZH: "监管人员（临栖区）", EN: "inspector of Linqi District"},
		"fire":      {ZH: "消防救援检查员（临栖区）", EN: "fire officer of Linqi District"},
		"daughter":  {ZH: "家属（203-1 张秀英之女）", EN: "daughter of Zhang Xiuying, 203-1"},
		"operator":  {ZH: "系统管理员", EN: "operator, all sites"},
	}
	var b bytes.Buffer
	b.WriteString("演示账号 / sign-ins of the demonstration\n\n")
	fmt.Fprintf(&b, "%-12s %-16s %s\n", "login", "password", "who")
	for _, u := range d.Plan.Users {
		if u.Password == "" {
			continue
		}
		w := sees[u.Login]
		fmt.Fprintf(&b, "%-12s %-16s %s %s / %s", u.Login, u.Password, u.Name, w.ZH, w.EN)
		if u.PIN != "" {
			fmt.Fprintf(&b, " · 护理站密码 / PIN %s", u.PIN)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// secret returns 128 random bits in hexadecimal.
func secret() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// password returns 14 characters in two groups that are easy to read and to type;
// of 32 different ones each, so 70 bits.
func password() string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	var b [14]byte
	rand.Read(b[:])
	var s strings.Builder
	for i, c := range b {
		if i == 7 {
			s.WriteByte('-')
		}
		s.WriteByte(letters[c%32])
	}
	return s.String()
}
