package service

import (
	"fmt"
	"time"

	"cloudsync/activities"
	"cloudsync/config"
	"cloudsync/notice"
	"cloudsync/notice/send"
)

// newNotices are how people are told, as configured.
func newNotices(cfg *config.Config) (activities.Notices, error) {
	n := activities.Notices{
		Senders: map[string]send.Sender{}, LateAfter: cfg.Notify.LateAfter, Intervals: map[string]time.Duration{}, Paused: !cfg.Sync.Enable,
		Links: notice.Links{Page: cfg.Serve.URL, TemporalUI: cfg.Serve.TemporalUI},
	}
	for _, receiver := range cfg.Notify.Receivers {
		sender, err := send.New(receiver.Way)
		if err != nil {
			return n, fmt.Errorf("prepare notices for %s: %w", receiver.Name, err)
		}
		n.Receivers = append(n.Receivers, receiver.Receiver)
		n.Senders[receiver.Name] = sender
	}
	for _, kind := range cfg.Sync.Resources {
		n.Intervals[kind.Kind] = kind.Interval
	}
	return n, nil
}
