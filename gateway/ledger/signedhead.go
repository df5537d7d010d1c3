package ledger

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// SignedHead is a head of a site's log with the signature of the gateway.
// Whoever keeps one can prove later that every row up to it is still there and
// as it was. In JSON the hash is hexadecimal, the key and the signature are
// base64; a file of heads has one on each line.
type SignedHead struct {
	Head
	At        time.Time         `json:"at"`
	Key       ed25519.PublicKey `json:"key"`
	Signature []byte            `json:"signature"`
}

// Canonical returns the bytes that are signed: five lines, each with its line
// feed, that hold "shouwang signed head v1", the site, the number in decimal,
// the hash in hexadecimal, and the time in UTC in the form of RFC 3339 with as
// many decimals as it needs.
func (h SignedHead) Canonical() []byte {
	return fmt.Appendf(nil, "shouwang signed head v1\n%s\n%d\n%s\n%s\n", h.Site, h.Number, h.Hash, h.At.UTC().Format(time.RFC3339Nano))
}

// sign returns the head as signed at a time.
func (h Head) sign(key ed25519.PrivateKey, at time.Time) SignedHead {
	s := SignedHead{Head: h, At: at.UTC().Truncate(time.Microsecond), Key: key.Public().(ed25519.PublicKey)}
	s.Signature = ed25519.Sign(key, s.Canonical())
	return s
}

// check says what is wrong with the head itself, nothing when it was signed by
// its key and that is the pinned one, if any.
func (h SignedHead) check(pinned ed25519.PublicKey) (why string) {
	switch {
	case len(h.Key) != ed25519.PublicKeySize || !ed25519.Verify(h.Key, h.Canonical(), h.Signature):
		return fmt.Sprintf("the signature of the head that says it was signed on %s is not valid", h.date())
	case pinned != nil && !h.Key.Equal(pinned):
		return fmt.Sprintf("the head that was signed on %s has another key than the given one", h.date())
	}
	return ""
}

func (h SignedHead) date() string { return h.At.UTC().Format(time.RFC3339) }

// UnmarshalText reads a digest in hexadecimal.
func (d *Digest) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(d) {
		return fmt.Errorf("%q is not the hexadecimal form of %d bytes", text, len(d))
	}
	copy(d[:], b)
	return nil
}

// maxHeadLine bounds a line of a file of heads; one has some 350 bytes.
const maxHeadLine = 4 << 10

// ReadHeads reads a file of heads, one JSON object on each line; empty lines
// are left out. The error names the line. Whether the signatures are right is
// for a verification to say.
func ReadHeads(r io.Reader) ([]SignedHead, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxHeadLine)
	heads, n := []SignedHead{}, 1
	for ; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		h, err := readHead(line)
		if err != nil {
			return nil, fmt.Errorf("line %d is no signed head: %w", n, err)
		}
		heads = append(heads, h)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d cannot be read: %w", n, err)
	}
	return heads, nil
}

func readHead(line []byte) (h SignedHead, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&h); err != nil {
		return h, err
	}
	if _, err := d.Token(); err != io.EOF {
		return h, errors.New("something follows it on the line")
	}
	switch {
	case !care.ValidID(string(h.Site)):
		return h, fmt.Errorf("%q is no site", h.Site)
	case h.Number == 0:
		return h, errors.New("it has no number")
	case h.At.IsZero():
		return h, errors.New("it has no time")
	case len(h.Key) != ed25519.PublicKeySize:
		return h, fmt.Errorf("its key has %d bytes, not %d", len(h.Key), ed25519.PublicKeySize)
	case len(h.Signature) != ed25519.SignatureSize:
		return h, fmt.Errorf("its signature has %d bytes, not %d", len(h.Signature), ed25519.SignatureSize)
	}
	return h, nil
}
