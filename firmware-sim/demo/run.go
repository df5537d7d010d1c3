package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/fleet"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// How a demonstration is paced.
const (
	gatherFor = 10 * time.Second // after the first connection, for the others
	askEvery  = 200 * time.Millisecond
	pauseMin  = 3 * time.Minute // between moments
	pauseMax  = 6 * time.Minute
)

// crew is what a demonstration needs of a fleet: *fleet.Fleet. Run returns when
// ctx has ended or no agent is left; the others count agents.
type crew interface {
	scenario.Stage
	Run(ctx context.Context) error
	Size() int
	Connected() int
}

// Demo is a demonstration that was read from its folder.
type Demo struct {
	fleet   crew
	night   *scenario.Script
	moments []*scenario.Script
	people  map[string]care.Text
	out     io.Writer
	gateway string
	seed    uint64 // of the order of moments
}

// At is where the gateway is, when it is not where Init was told: the addresses
// of its broker and of its API. Empty ones leave what the files say.
type At struct{ MQTT, HTTPS string }

// move gives a member the addresses.
func (a At) move(g *config.Gateway) {
	if a.MQTT != "" {
		g.MQTT = []string{a.MQTT}
	}
	if a.HTTPS != "" {
		g.HTTPS = []string{a.HTTPS}
	}
}

// Open reads the demonstration in a folder. What happens is printed to out, a
// line each; what goes wrong is logged. The error names every mistake in the
// files of the fleet, or every one in the scenarios.
func Open(dir string, at At, out io.Writer, log *slog.Logger) (*Demo, error) {
	path := filepath.Join(dir, FleetFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no demonstration in %s; make one with: firmware-sim demo-init --out %s", dir, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("read the demonstration: %w", err)
	}
	var file File
	if err := yaml.UnmarshalWithOptions(b, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s is not understood: %s", path, yaml.FormatError(err, false, true))
	}
	if len(file.Edges) == 0 {
		return nil, fmt.Errorf("%s lists no edges; delete the folder and make it again with: firmware-sim demo-init --out %s", path, dir)
	}
	members, err := fleet.Load(file.Spec, dir, log)
	if err != nil {
		return nil, err
	}
	for i := range members {
		at.move(&members[i].Config.Gateway)
	}
	d := &Demo{people: file.People, out: out, seed: uint64(time.Now().UnixNano())}
	d.gateway = strings.Join(members[0].Config.Gateway.MQTT, ", ")
	if d.fleet, err = fleet.New(members, log); err != nil {
		return nil, err
	}
	if d.night, err = scenario.Load(filepath.Join(dir, file.Scenario)); err != nil {
		return nil, err
	}
	errs := []error{d.night.Check(d.fleet)}
	for i, source := range file.Moments {
		m, err := scenario.Parse(fmt.Sprintf("%s: moments[%d]", path, i), source)
		if err == nil {
			err = m.Check(d.fleet)
		}
		d.moments, errs = append(d.moments, m), append(errs, err)
	}
	return d, errors.Join(errs...)
}

// Run starts the agents, waits until they are connected, plays the night, and
// then lets something small happen every few minutes until ctx ends. It returns
// nil then, and an error when no agent is left.
func (d *Demo) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := d.fleet.Run(ctx)
		if ctx.Err() != nil {
			return nil // asked to end
		}
		return errors.Join(errors.New("all agents of the demonstration have ended"), err)
	})
	g.Go(func() error {
		d.play(ctx)
		return nil
	})
	return g.Wait()
}

// play is all that happens to the agents.
func (d *Demo) play(ctx context.Context) {
	if !d.gather(ctx) {
		return
	}
	if d.night.Play(ctx, d.fleet, d.tell) != nil {
		return // ctx has ended
	}
	if len(d.moments) == 0 {
		return
	}
	d.printf("夜已平静，此后每 3–6 分钟发生一件小事 · The night is calm; from now on something small happens every 3 to 6 minutes")
	rng := rand.New(rand.NewPCG(d.seed, 0x4d0))
	for {
		// Each moment comes once before any comes again.
		for _, i := range rng.Perm(len(d.moments)) {
			if !wait(ctx, pauseMin+time.Duration(rng.Int64N(int64(pauseMax-pauseMin)))) {
				return
			}
			if d.moments[i].Play(ctx, d.fleet, d.tell) != nil {
				return
			}
		}
	}
}

// gather waits until all agents are connected, or ten seconds longer than the
// first one needed; it is false when ctx has ended.
func (d *Demo) gather(ctx context.Context) bool {
	d.printf("%d 台边缘终端正在连接 · %d edge agents connect to %s", d.fleet.Size(), d.fleet.Size(), d.gateway)
	var first time.Time
	asked := time.Now()
	for {
		n := d.fleet.Connected()
		switch {
		case n == d.fleet.Size() || n > 0 && !first.IsZero() && time.Since(first) > gatherFor:
			d.printf("%d 台已连接 · %d of %d are connected", n, n, d.fleet.Size())
			return true
		case n > 0 && first.IsZero():
			first = time.Now()
		case n == 0 && time.Since(asked) > 30*time.Second:
			d.printf("网关没有应答 · no answer from %s yet: does the gateway run, and has it imported %s?", d.gateway, PlanFile)
			asked = time.Now()
		}
		if !wait(ctx, askEvery) {
			return false
		}
	}
}

// wait returns true after d, false when ctx has ended before.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// tell prints one step as it happens.
func (d *Demo) tell(s scenario.Step, err error) {
	if err != nil {
		d.printf("%-11s %s: %v", s.Place, s.Action, err)
		return
	}
	who, ok := d.people[s.Place.Label]
	if !ok {
		who = care.Text{ZH: s.Place.Label, EN: s.Place.Label}
	}
	what := s.Action.Words()
	d.printf("%-11s %s：%s · %s: %s", s.Place, who.ZH, what.ZH, who.EN, what.EN)
}

// printf prints a line with the time at the sites, or here if the system does not
// know their time zone. A screen that cannot be written to does not stop the
// night.
func (d *Demo) printf(format string, args ...any) {
	now := time.Now()
	if zone, err := time.LoadLocation(timeZone); err == nil {
		now = now.In(zone)
	}
	_, _ = fmt.Fprintf(d.out, "%s  %s\n", now.Format(time.TimeOnly), fmt.Sprintf(format, args...))
}
