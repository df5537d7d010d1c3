package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/ledger"
)

// verifyOptions says what else a ledger must agree with: a file of heads and a
// key, where they are given.
func verifyOptions(headFile, key string) ([]ledger.VerifyOption, error) {
	var options []ledger.VerifyOption
	if headFile != "" {
		f, err := os.Open(headFile)
		if err != nil {
			return nil, fmt.Errorf("read the signed heads: %w", err)
		}
		heads, err := ledger.ReadHeads(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("read the signed heads of %s: %w", headFile, err)
		}
		if len(heads) == 0 {
			return nil, fmt.Errorf("%s holds no signed heads, so it proves nothing", headFile)
		}
		options = append(options, ledger.WithHeads(heads...))
	}
	if key != "" {
		b, err := base64.StdEncoding.DecodeString(key)
		if err != nil || len(b) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("the key %q is not the base64 form of %d bytes; \"gateway heads\" prints it in each line", key, ed25519.PublicKeySize)
		}
		options = append(options, ledger.WithKey(b))
	}
	return options, nil
}

// heads prints signed heads, one JSON object a line.
func (c call) heads(ctx context.Context) error {
	f := flag.NewFlagSet("heads", flag.ContinueOnError)
	since := f.String("since", "", "print those that were signed in so many days (`30d`) or since a date (2026-11-01); all when not given")
	site := f.String("site", "", "print those of the site with this `id` only")
	cfg, _, err := c.parse(f)
	if err != nil {
		return err
	}
	from, err := parseSince(time.Now(), *since)
	if err != nil {
		return err
	}
	heads, err := freshHeads(ctx, app.LedgerFile(cfg), from)
	if err != nil {
		return err
	}
	e := json.NewEncoder(c.stdout)
	for _, h := range heads {
		if *site != "" && string(h.Site) != *site {
			continue
		}
		if err := e.Encode(h); err != nil {
			return fmt.Errorf("print the signed heads: %w", err)
		}
	}
	return nil
}

// freshHeads signs what the logs have grown by and returns the signed heads. Of
// a ledger that may only be read it returns those that were signed before. It
// works beside a running gateway.
func freshHeads(ctx context.Context, path string, since time.Time) (heads []ledger.SignedHead, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Open would make a new ledger
	switch {
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return ledger.SignedHeadsOfFile(ctx, path, "", since)
	case err != nil:
		return nil, fmt.Errorf("sign the heads of the site logs: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("sign the heads of the site logs: %w", err)
	}
	store, err := ledger.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if _, err := store.SignHeads(ctx, time.Now()); err != nil {
		return nil, err
	}
	return store.SignedHeads(ctx, "", since)
}

// parseSince reads a number of days before now, such as 30d, or a date in UTC;
// the zero time for an empty text.
func parseSince(now time.Time, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, found := strings.CutSuffix(text, "d"); found {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), nil
		}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a number of days, such as 30d, nor a date, such as 2026-11-01", text)
}
