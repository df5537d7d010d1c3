package live

import (
	"encoding/json"
	"fmt"
	"io"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

const (
	// reportLimit bounds one message of a report in bytes: 200 alarms with room to
	// spare, by which pages divide.
	reportLimit = 64 << 10
	// mostReported bounds the alarms of a report in all its messages. Of what a page
	// says beyond it the board is taken not to show it.
	mostReported = 20_000
)

// Boards are told what the pages of stations say of themselves. Their methods
// must return at once.
type Boards interface {
	// Board takes a report by the name of its socket.
	Board(socket string, station care.UserID, r api.BoardReport)
	// Gone says that the socket is closed.
	Gone(socket string)
}

// OnBoard has reports of stations go to b. It is to be set before Run.
func (h *Hub) OnBoard(b Boards) { h.boards = b }

// isStation reports whether the client is the page of a station.
func (c *client) isStation() bool {
	return c.hub.boards != nil && c.user.Load().Station == people.AtStation
}

// hear takes one message of a client after its hello. What is no report of a
// station says nothing; one that cannot be read says nothing either, so that the
// board is missed.
func (c *client) hear(r io.Reader) error {
	if !c.isStation() {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	b, err := io.ReadAll(r) // the connection limits it
	if err != nil {
		return err
	}
	var report api.BoardReport
	if json.Unmarshal(b, &report) != nil || report.Type != "board" {
		return nil
	}
	report.Alarms = append(c.reported, report.Alarms[:min(len(report.Alarms), mostReported-len(c.reported))]...)
	if report.More {
		c.reported = report.Alarms
		return nil
	}
	c.reported = nil
	c.hub.boards.Board(c.socket(), c.user.Load().ID, report)
	return nil
}

// leaves says that the page of a station is gone.
func (c *client) leaves() {
	if c.hub.boards != nil {
		c.hub.boards.Gone(c.socket())
	}
}

// socket names the connection.
func (c *client) socket() string { return fmt.Sprintf("%p", c) }
