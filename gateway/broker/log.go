package broker

import (
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
)

// serverLog is the server.Logger of the broker. It hands lines on to slog and
// turns those that say that something was denied into Denials, because the
// server has no other way to tell.
type serverLog struct {
	log    *slog.Logger
	edgeOf func(id uint64) (edgeName, bool)
	tell   func(kind string, d Denial)
	// fatal carries the first line after which the server cannot go on.
	fatal chan string
}

func newServerLog(log *slog.Logger, edgeOf func(uint64) (edgeName, bool), tell func(string, Denial)) *serverLog {
	return &serverLog{log: log, edgeOf: edgeOf, tell: tell, fatal: make(chan string, 1)}
}

// Noticef logs the start-up banner and the like, which nobody reads twice.
func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug(line(format, v)) }

// Debugf and Tracef are switched off at the server: they would log payloads.
func (l *serverLog) Debugf(string, ...any) {}

// Tracef does nothing, see Debugf.
func (l *serverLog) Tracef(string, ...any) {}

// Warnf logs a warning.
func (l *serverLog) Warnf(format string, v ...any) {
	text := line(format, v)
	l.log.Warn(text)
	l.denial(format, v, text)
}

// Errorf logs an error.
func (l *serverLog) Errorf(format string, v ...any) {
	text := line(format, v)
	if strings.Contains(format, authenticationError) {
		// The doorkeeper has said it already, and better.
		l.log.Debug(text)
		return
	}
	l.log.Error(text)
	l.denial(format, v, text)
}

// Fatalf logs an error that ends the start of the server.
func (l *serverLog) Fatalf(format string, v ...any) {
	text := line(format, v)
	l.log.Error(text)
	select {
	case l.fatal <- text:
	default:
	}
}

// What nats-server v2.15.2 writes: client.go pubPermissionViolation,
// subPermissionViolation, maxPayloadViolation and authViolation; mqtt.go
// persist and mqttAckLoop; stream.go and jetstream_errors_generated.go. A test
// makes the server write the first of them, so that an upgrade shows.
const (
	authenticationError = "authentication error"
	publishViolation    = "Publish Violation - Subject %q"
	subscribeViolation  = "Subscription Violation"
)

var storeTroubles = []string{
	"resource limits exceeded", "unable to persist session", "maximum bytes exceeded",
	"insufficient resources", "insufficient storage resources", "no space left on device",
}

// connection finds the number of the MQTT connection that a line is about. The
// server writes it before anything that the client can choose.
var connection = regexp.MustCompile(` - mid(?:_ws)?:(\d+) - `)

func (l *serverLog) denial(format string, v []any, text string) {
	var name edgeName
	if m := connection.FindStringSubmatch(text); m != nil {
		if id, err := strconv.ParseUint(m[1], 10, 64); err == nil {
			name, _ = l.edgeOf(id)
		}
	}
	d := Denial{Site: name.site, Edge: name.edge}
	switch {
	case strings.HasSuffix(format, publishViolation) && len(v) > 0:
		d.Topic = topicOf(v[0])
		d.Detail = fmt.Sprintf("the edge published to %.200q, which is not its own topic; the message was dropped", d.Topic)
		l.tell("publish", d)
	case strings.Contains(text, subscribeViolation):
		if _, rest, ok := strings.Cut(text, subscribeViolation+` - Subject "`); ok {
			if subject, _, ok := strings.Cut(rest, `"`); ok {
				d.Topic = topicOf(subject)
			}
		}
		d.Detail = "the edge subscribed to a topic that is not its own; it will hear nothing there"
		l.tell("subscribe", d)
	case strings.Contains(text, "aximum payload"):
		d.Detail = fmt.Sprintf("the edge sent a packet of more than %d bytes; its connection was closed", MaxPayload)
		l.tell("payload", d)
	default:
		for _, trouble := range storeTroubles {
			if strings.Contains(text, trouble) {
				d.Detail = "the broker's store is full, and senders are refused until the core has caught up: " + text
				l.tell("store", d)
				return
			}
		}
	}
}

// topicOf returns the MQTT topic of a subject that has no dots in its levels,
// as all of ours.
func topicOf(subject any) string {
	var s string
	switch v := subject.(type) {
	case []byte:
		s = string(v)
	default:
		s = fmt.Sprint(v)
	}
	return strings.ReplaceAll(s, ".", "/")
}

func line(format string, v []any) string { return "broker: " + fmt.Sprintf(format, v...) }
