// Package ports chooses the loopback ports that the local stack listens on.
package ports

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// The range lies below those that operating systems take outgoing connections'
// ports from (Linux: 32768 and up, macOS: 49152 and up). Otherwise a client that
// keeps dialling a server that is down may be given the server's own port.
const (
	first = 20000
	count = 12000
)

const tries = 100

var errNoneFree = errors.New("find a free port: of 100 tried between 20000 and 31999 on 127.0.0.1 none is free")

// Free returns a port of 127.0.0.1 that nobody listens on.
func Free() (int, error) {
	port, err := Several(0)
	if err != nil {
		return 0, err
	}
	return port[0], nil
}

// Several returns a free port for each preferred one: that one if it is free,
// else another. They differ, for each is held until all are chosen.
func Several(preferred ...int) ([]int, error) {
	chosen := make([]int, 0, len(preferred))
	for _, port := range preferred {
		held, err := hold(port)
		if err != nil {
			return nil, err
		}
		defer held.Close() //nolint:errcheck // it is only held
		chosen = append(chosen, held.Addr().(*net.TCPAddr).Port)
	}
	return chosen, nil
}

func hold(preferred int) (net.Listener, error) {
	if preferred > 0 {
		if held, err := net.Listen("tcp", Address(preferred)); err == nil {
			return held, nil
		}
	}
	for range tries {
		if held, err := net.Listen("tcp", Address(first+rand.IntN(count))); err == nil {
			return held, nil
		}
	}
	return nil, errNoneFree
}

// Address is the port's loopback address as host:port.
func Address(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
