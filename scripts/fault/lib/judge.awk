# What the clients of a story saw, judged: awk -v stock=N -f judge.awk file=1 BUYS file=2 READS file=3 ORDERS
#
# `stock` is what the item had before the first purchase; ORDERS has "number key", all orders since then. Prints a shell
# assignment a line. Times in ms.
#
# stale: a read that shows more copies than there can have been when it was asked: more than the stock less the purchases
# answered before, or more than an earlier read had shown. Nobody adds copies during a story.

file == 1 && $3 == 201 {
    if (bought && $2 - answered_last > gap) gap = $2 - answered_last
    answered_last = $2
    answered[++bought] = $2
    order_of[$4] = $5
    if ($5 in key_of) double++
    key_of[$5] = $4
    delete open[$4]
    next
}
file == 1 {
    if ($3 == "000") unheard++
    else if ($3 == 503) refused++
    else wrong++
    if (!($4 in order_of)) open[$4]
}

file == 2 && $3 == 200 {
    if (seen && $2 - read_last > read_gap) read_gap = $2 - read_last
    read_last = $2
    seen++
    while (before < bought && answered[before + 1] < $1) before++
    possible = stock - before
    if (least != "" && least < possible) possible = least
    if ($4 > possible && !stale++) {
        stale_shown = $4
        stale_possible = possible
    }
    if (least == "" || $4 < least) least = $4
    next
}
file == 2 {
    if ($3 == "000") reads_unheard++
    else if ($3 == 503) reads_refused++
    else wrong++
}

file == 3 {
    number_of_order[$1] = $2
    if ($2 in seen_key) double++
    seen_key[$2]
}

END {
    for (key in order_of) if (number_of_order[order_of[key]] != key) lost++
    for (key in open) unanswered++
    printf "bought=%d\nrefused=%d\nunheard=%d\ngap=%d\n", bought, refused, unheard, gap * 10
    printf "seen=%d\nreads_refused=%d\nreads_unheard=%d\nread_gap=%d\n", seen, reads_refused, reads_unheard, read_gap * 10
    printf "stale_shown=%d\nstale_possible=%d\n", stale_shown, stale_possible
    printf "lost=%d\ndouble=%d\nstale=%d\nwrong=%d\nunanswered=%d\n", lost, double, stale, wrong, unanswered
}
