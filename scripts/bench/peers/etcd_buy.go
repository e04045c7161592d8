// Buys at an etcd cluster, in a closed loop: reads the stock, then one transaction that takes a copy and writes the order,
// if the stock is as it was read and the order's key is new; again with what it found when not.
//
//	etcd_buy ENDPOINTS CLIENTS SECONDS WARM-UP ITEMS     prints JSON as load.cpp does, and conflicts
//	etcd_buy ENDPOINTS stock ITEMS                       fills the shelves
//	etcd_buy ENDPOINTS accounts ITEMS                    orders on record, and copies taken
package main

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/clientv3"
)

const stock = 1000000000
const connections = 8 // etcd's client multiplexes many requests over each

type buyer struct {
	kv        clientv3.KV
	dice      *rand.Rand
	items     int
	latencies []float64
	all       int
	failed    int
	conflicts int
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func number(text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	must(err)
	return value
}

func (b *buyer) buy(ctx context.Context) error {
	stockKey := fmt.Sprintf("stock/%d", 1+b.dice.Intn(b.items))
	orderKey := fmt.Sprintf("order/%016x%016x", b.dice.Uint64(), b.dice.Uint64())
	found, err := b.kv.Get(ctx, stockKey)
	if err != nil {
		return err
	}
	read := found.Kvs[0]
	for {
		left, err := strconv.Atoi(string(read.Value))
		if err != nil || left <= 0 {
			return fmt.Errorf("out of stock")
		}
		done, err := b.kv.Txn(ctx).
			If(clientv3.Compare(clientv3.ModRevision(stockKey), "=", read.ModRevision), clientv3.Compare(clientv3.Version(orderKey), "=", 0)).
			Then(clientv3.OpPut(stockKey, strconv.Itoa(left-1)), clientv3.OpPut(orderKey, stockKey)).
			Else(clientv3.OpGet(stockKey)).Commit()
		if err != nil || done.Succeeded {
			return err
		}
		b.conflicts++
		read = done.Responses[0].GetResponseRange().Kvs[0]
	}
}

func (b *buyer) run(begin time.Time, warmUp, seconds float64) {
	for {
		sent := time.Now()
		if sent.Sub(begin).Seconds() >= warmUp+seconds {
			return
		}
		err := b.buy(context.Background())
		b.all++
		if err != nil {
			b.failed++
		} else if time.Since(begin).Seconds() >= warmUp {
			b.latencies = append(b.latencies, float64(time.Since(sent).Nanoseconds())/1e3)
		}
	}
}

func connect(endpoints string) *clientv3.Client {
	client, err := clientv3.New(clientv3.Config{Endpoints: strings.Split(endpoints, ","), DialTimeout: 5 * time.Second})
	must(err)
	return client
}

func fill(endpoints string, items int) {
	client := connect(endpoints)
	for item := 1; item <= items; item++ {
		_, err := client.Put(context.Background(), fmt.Sprintf("stock/%d", item), strconv.Itoa(stock))
		must(err)
	}
}

func accounts(endpoints string, items int) {
	client := connect(endpoints)
	orders, err := client.Get(context.Background(), "order/", clientv3.WithPrefix(), clientv3.WithCountOnly())
	must(err)
	shelves, err := client.Get(context.Background(), "stock/", clientv3.WithPrefix())
	must(err)
	copies := 0
	for _, shelf := range shelves.Kvs {
		copies += stock - int(number(string(shelf.Value)))
	}
	fmt.Printf("{\"orders\": %d, \"copies\": %d}\n", orders.Count, copies)
}

func main() {
	if len(os.Args) == 4 && os.Args[2] == "stock" {
		fill(os.Args[1], int(number(os.Args[3])))
		return
	}
	if len(os.Args) == 4 && os.Args[2] == "accounts" {
		accounts(os.Args[1], int(number(os.Args[3])))
		return
	}
	clients, seconds, warmUp, items := int(number(os.Args[2])), number(os.Args[3]), number(os.Args[4]), int(number(os.Args[5]))
	var shared []*clientv3.Client
	for i := 0; i < connections && i < clients; i++ {
		shared = append(shared, connect(os.Args[1]))
	}
	begin, buyers, group := time.Now(), make([]*buyer, clients), sync.WaitGroup{}
	for i := range buyers {
		buyers[i] = &buyer{kv: shared[i%len(shared)], dice: rand.New(rand.NewSource(begin.UnixNano() + int64(i))), items: items}
		group.Add(1)
		go func(b *buyer) { defer group.Done(); b.run(begin, warmUp, seconds) }(buyers[i])
	}
	group.Wait()
	report(buyers, seconds)
}

func report(buyers []*buyer, seconds float64) {
	var total buyer
	for _, b := range buyers {
		total.latencies = append(total.latencies, b.latencies...)
		total.all, total.failed, total.conflicts = total.all+b.all, total.failed+b.failed, total.conflicts+b.conflicts
	}
	sort.Float64s(total.latencies)
	at := func(share float64) float64 {
		if len(total.latencies) == 0 {
			return 0
		}
		return total.latencies[int(share*float64(len(total.latencies)-1))]
	}
	fmt.Printf("{\"answered\": %d, \"all\": %d, \"failed\": %d, \"per_second\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"conflicts\": %d}\n",
		len(total.latencies), total.all, total.failed, float64(len(total.latencies))/seconds, at(0.5), at(0.99), total.conflicts)
}
