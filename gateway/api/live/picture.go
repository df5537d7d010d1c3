package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// pictureAge is how old a picture may be that is handed out again. It bounds
// only what leaves a board by itself with time; what changes has a number.
const pictureAge = time.Second

// pictures lets all who need the whole picture at about the same time share one
// reading of the ledger, and one rendering of each incident: when something is
// registered anew, every screen needs one, and their frames must not wait for
// thousands of readings.
type pictures struct {
	book api.Book
	turn chan struct{} // one reads, the others wait for what it reads

	mu     sync.Mutex
	latest *picture
}

func newPictures(book api.Book) *pictures {
	return &pictures{book: book, turn: make(chan struct{}, 1)}
}

// take returns a picture of row atLeast or a later one, with the names that are
// registered now.
func (p *pictures) take(ctx context.Context, atLeast uint64) (*picture, error) {
	if is := p.fitting(atLeast); is != nil {
		return is, nil
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if is := p.fitting(atLeast); is != nil {
		return is, nil
	}
	now := time.Now()
	// Before the reading: a picture is never newer than the names in it say.
	made := &picture{at: now, directory: p.book.Directory(), forms: map[api.Form][][]byte{}}
	var err error
	if made.number, made.incidents, err = p.book.Snapshot(ctx, now.Add(-api.RecentFor)); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest = made
	return made, nil
}

func (p *pictures) fitting(atLeast uint64) *picture {
	p.mu.Lock()
	defer p.mu.Unlock()
	is := p.latest
	if is == nil || is.number < atLeast || is.directory != p.book.Directory() || time.Since(is.at) > pictureAge {
		return nil
	}
	return is
}

// picture is the incidents of a ledger at one number of its feed.
type picture struct {
	number    uint64
	at        time.Time
	directory *people.Directory
	incidents []care.Incident

	mu    sync.Mutex
	forms map[api.Form][][]byte // the JSON of each incident; nil where nobody needed it yet
}

// rendered returns the JSON of an incident in a form.
func (p *picture) rendered(form api.Form, index int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, ok := p.forms[form]
	if !ok {
		all = make([][]byte, len(p.incidents))
		p.forms[form] = all
	}
	if all[index] == nil {
		b, err := json.Marshal(api.Render(p.directory, form, p.incidents[index]))
		if err != nil {
			panic(fmt.Sprintf("live: an incident cannot be written as JSON: %v", err))
		}
		all[index] = b
	}
	return all[index]
}

// empty is how a frame writes a list of incidents that has none.
var empty = []byte(`"incidents":[]`)

// frame writes the snapshot of one user. The frame itself is written by package
// api; only what stands between the brackets comes from here.
func (p *picture) frame(u people.User) []byte {
	f := api.Frame{
		Type: api.FrameSnapshot, Number: p.number, Time: time.Now().UTC(), Incidents: []api.IncidentView{}, View: api.ViewOf(p.directory, u),
	}
	b, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("live: a frame cannot be written as JSON: %v", err))
	}
	before, after, ok := bytes.Cut(b, empty)
	if !ok {
		panic("live: a snapshot without incidents has no list of them")
	}
	form, size := api.FormOf(u), len(b)
	var mine [][]byte
	for i, incident := range p.incidents {
		if p.directory.SeesIncident(u, incident) {
			one := p.rendered(form, i)
			mine = append(mine, one)
			size += len(one) + 1
		}
	}
	out := append(make([]byte, 0, size), before...)
	out = append(out, empty[:len(empty)-1]...)
	for i, one := range mine {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, one...)
	}
	out = append(out, ']')
	return append(out, after...)
}
