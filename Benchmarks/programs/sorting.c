/* Sorting: quicksort, heapsort, mergesort, radix sort, and the C library's qsort with a callback. */
#include "bench.h"

enum { COUNT = 60000 };

static uint32_t original[COUNT], items[COUNT], scratch[COUNT];

static void quicksort(uint32_t *a, int low, int high)
{
    while (high - low > 16) {
        uint32_t pivot = a[low + (high - low) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j) {
                uint32_t swap = a[i];
                a[i++] = a[j];
                a[j--] = swap;
            }
        }
        if (j - low < high - i) {
            quicksort(a, low, j);
            low = i;
        } else {
            quicksort(a, i, high);
            high = j;
        }
    }
    for (int i = low + 1; i <= high; i++) {
        uint32_t value = a[i];
        int j = i;
        for (; j > low && a[j - 1] > value; j--)
            a[j] = a[j - 1];
        a[j] = value;
    }
}

static void heapsort_(uint32_t *a, int n)
{
    for (int start = n / 2 - 1, end = n; end > 1;) {
        uint32_t value;
        int hole;
        if (start >= 0)
            value = a[hole = start--];
        else {
            value = a[--end];
            a[end] = a[0];
            hole = 0;
        }
        for (int child; (child = 2 * hole + 1) < end; hole = child) {
            child += child + 1 < end && a[child + 1] > a[child];
            if (a[child] <= value)
                break;
            a[hole] = a[child];
        }
        a[hole] = value;
    }
}

static void mergesort_(uint32_t *a, uint32_t *b, int n)
{
    for (int width = 1; width < n; width *= 2) {
        for (int i = 0; i < n; i += 2 * width) {
            int middle = i + width < n ? i + width : n, end = i + 2 * width < n ? i + 2 * width : n;
            int l = i, r = middle;
            for (int k = i; k < end; k++)
                b[k] = l < middle && (r >= end || a[l] <= a[r]) ? a[l++] : a[r++];
        }
        memcpy(a, b, sizeof *a * (size_t)n);
    }
}

static void radix_sort(uint32_t *a, uint32_t *b, int n)
{
    for (int shift = 0; shift < 32; shift += 8) {
        uint32_t starts[257] = {0};
        for (int i = 0; i < n; i++)
            starts[(a[i] >> shift & 255) + 1]++;
        for (int i = 0; i < 256; i++)
            starts[i + 1] += starts[i];
        for (int i = 0; i < n; i++)
            b[starts[a[i] >> shift & 255]++] = a[i];
        memcpy(a, b, sizeof *a * (size_t)n);
    }
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint64_t digest(uint64_t sum)
{
    for (int i = 0; i < COUNT; i += 17)
        sum = bench_mix(sum, items[i]);
    memcpy(items, original, sizeof items);
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 16);
    uint64_t seed = 5, sum = 0;
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < COUNT; i++)
            original[i] = bench_random(&seed);
        memcpy(items, original, sizeof items);
        quicksort(items, 0, COUNT - 1);
        sum = digest(sum);
        heapsort_(items, COUNT);
        sum = digest(sum);
        mergesort_(items, scratch, COUNT);
        sum = digest(sum);
        radix_sort(items, scratch, COUNT);
        sum = digest(sum);
        qsort(items, COUNT, sizeof *items, compare);
        sum = digest(sum);
    }
    return bench_report("sorting", sum);
}
