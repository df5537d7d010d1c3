package notifytest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Reply is how a service answers one request.
type Reply struct {
	Status int // 200 when zero
	Header map[string]string
	Body   string
	// Took is the message that it took; nil when it took none.
	Took *Got
}

// Server is a Service over HTTP on 127.0.0.1. It keeps count of messages and
// faults and hangs when it should; what a request means is left to its Handle.
type Server struct {
	// URL is http://127.0.0.1 with the port, without a path.
	URL string

	server *httptest.Server
	handle func(Fault, *http.Request, []byte) Reply

	mu    sync.Mutex
	fault Fault
	got   []Got
}

// NewServer starts a server that is closed at the end of the test. The handler
// is called for each request with the whole body, one at a time; it must not
// call the server.
func NewServer(t *testing.T, handle func(f Fault, r *http.Request, body []byte) Reply) *Server {
	s := &Server{handle: handle}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.server.URL
	t.Cleanup(s.Close)
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	reply, ok := s.reply(r, body)
	if !ok {
		<-r.Context().Done()
		return
	}
	for k, v := range reply.Header {
		w.Header().Set(k, v)
	}
	if reply.Status == 0 {
		reply.Status = http.StatusOK
	}
	w.WriteHeader(reply.Status)
	io.WriteString(w, reply.Body)
}

func (s *Server) reply(r *http.Request, body []byte) (Reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == Hangs {
		return Reply{}, false
	}
	reply := s.handle(s.fault, r, body)
	if reply.Took != nil {
		s.got = append(s.got, *reply.Took)
	}
	return reply, true
}

// Misbehave makes it misbehave from now on.
func (s *Server) Misbehave(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Got returns the messages that it took, in order.
func (s *Server) Got() []Got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Got(nil), s.got...)
}

// Close stops it. Clients that still wait for an answer lose their connection:
// some never give up by themselves.
func (s *Server) Close() {
	s.server.CloseClientConnections()
	s.server.Close()
}
