package live

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// message is a frame that is ready to be written to any number of sockets.
type message struct {
	kind     api.FrameType
	number   uint64
	prepared *websocket.PreparedMessage
	// alarmAt is when the row of a sounding change was decided; zero for all
	// other frames.
	alarmAt time.Time
}

// newMessage prepares a frame. It panics when the frame is no JSON, which only
// a mistake in the types of package api can bring about.
func newMessage(f api.Frame) *message {
	f.Time = time.Now().UTC()
	b, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("live: a frame cannot be written as JSON: %v", err))
	}
	return prepare(f.Type, f.Number, b)
}

func prepare(kind api.FrameType, number uint64, b []byte) *message {
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, b)
	if err != nil {
		panic(fmt.Sprintf("live: a frame cannot be prepared: %v", err))
	}
	return &message{kind: kind, number: number, prepared: p}
}

func incidentMessage(d *people.Directory, form api.Form, row care.FeedRow, i care.Incident) *message {
	v := api.Render(d, form, i)
	m := newMessage(api.Frame{Type: api.FrameIncident, Number: row.Number, Kind: api.KindFor(form, row.Kind), Incident: &v})
	switch row.Kind {
	case care.EntryRaised, care.EntryRealarmed, care.EntryConfirmed:
		m.alarmAt = row.At
	}
	return m
}

func uptoMessage(number uint64) *message {
	return newMessage(api.Frame{Type: api.FrameUpto, Number: number})
}

// bye is the reason for which the server closes a socket.
type bye string

const (
	byeSlow      bye = "slow"
	byeSignedOut bye = "signed_out"
	byeShutdown  bye = "shutdown"
)

// Error says the reason.
func (b bye) Error() string { return "the socket is closed: " + string(b) }

// code is the status of the close frame (RFC 6455, section 7.4, and the IANA
// registry for 1013, try again later).
func (b bye) code() int {
	switch b {
	case byeSlow:
		return websocket.CloseTryAgainLater
	case byeShutdown:
		return websocket.CloseGoingAway
	}
	return websocket.CloseNormalClosure
}
