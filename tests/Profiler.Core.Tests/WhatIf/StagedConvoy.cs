using System.Globalization;

namespace Profiler.Core.Tests.WhatIf;

/// <summary>A device that a thread closes.</summary>
/// <param name="Thread">The thread, 0 and on.</param>
/// <param name="Lock">The lock that is held meanwhile, a letter; the devices of one letter wait for each other.</param>
/// <param name="GapMs">From the end of the thread's close before, or the begin, to this one.</param>
/// <param name="ResetMs">Of its reset by the bus, all of it waiting.</param>
/// <param name="WorkMs">Before the reset, and again after it.</param>
internal sealed record StagedClose(int Thread, char Lock, int GapMs, int ResetMs, int WorkMs);

/// <summary>Events of a process whose threads close devices, by a simulation of mutexes that is not the one that is tested: it goes through time.</summary>
internal static class StagedConvoy
{
    /// <summary>The events; the device of close <c>i</c> is <c>0000:i:00.0</c>.</summary>
    public static string Of(IReadOnlyList<StagedClose> closes)
    {
        var events = new List<(long Ms, int Order, string Text)>();
        var threadFreeMs = new Dictionary<int, long>();
        var lockFree = new Dictionary<char, (long Ms, int Holder)>();
        var left = Enumerable.Range(0, closes.Count).ToList();
        void Add(long ms, int thread, string text) => events.Add((1_000 + ms, events.Count, $"200/{201 + thread} worker {text}"));
        while (left.Count > 0)
        {
            // Whoever asks first is the next; of each thread only its first.
            int i = left.GroupBy(n => closes[n].Thread).Select(g => g.First()).MinBy(n => threadFreeMs.GetValueOrDefault(closes[n].Thread) + closes[n].GapMs);
            left.Remove(i);
            StagedClose close = closes[i];
            long begin = threadFreeMs.GetValueOrDefault(close.Thread) + close.GapMs, had = begin;
            Add(begin, close.Thread, $"release begin {Device(i)} lock {close.Lock}");
            if (lockFree.TryGetValue(close.Lock, out (long Ms, int Holder) before) && before.Ms > begin)
            {
                Add(begin, close.Thread, $"wait begin devset lock {close.Lock} holder 200/{201 + before.Holder} worker");
                Add(had = before.Ms, close.Thread, $"wait end lock {close.Lock}");
            }
            long resetFrom = had + close.WorkMs, resetTo = resetFrom + close.ResetMs, end = resetTo + close.WorkMs;
            Add(resetFrom, close.Thread, $"reset begin function {Device(i)}");
            Add(resetFrom, close.Thread, "reset begin secondarybus 0000:00:01.0");
            Add(resetTo, close.Thread, "reset end secondarybus");
            Add(resetTo, close.Thread, "reset end function 0");
            Add(end, close.Thread, "release end");
            lockFree[close.Lock] = (end, close.Thread);
            threadFreeMs[close.Thread] = end;
        }
        return string.Join('\n', events.OrderBy(e => e.Ms).ThenBy(e => e.Order)
            .Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Ms / 1000.0:0.000} {e.Text}")));
    }

    public static string Device(int i) => $"0000:{i + 1:x2}:00.0";
}
