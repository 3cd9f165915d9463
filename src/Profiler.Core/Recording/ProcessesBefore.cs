using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// The processes that have devices at a moment, by the events until then: a recording that begins at that moment says so of them, as any
/// capture does of the processes that it finds. Not thread-safe.
/// </summary>
internal sealed class ProcessesBefore
{
    // More processes with devices than a host can have: with more, their ends were lost.
    private const int MaxProcesses = 16384;

    private readonly SpanAssembler _spans = new();
    private readonly Dictionary<int, Known> _known = [];

    /// <summary>Adds a process that had devices when the capture began.</summary>
    public void Add(ProcessAtStart process)
    {
        Known known = Of(process.Tgid, process.Comm);
        (known.Exiting, known.Busy, known.DevicesKnown) = (process.Exiting, process.Busy, process.Devices is not null);
        known.Devices.AddRange(process.Devices ?? []);
    }

    /// <summary>Takes the events until a later moment.</summary>
    /// <param name="records">Whole events.</param>
    public void Take(ReadOnlySpan<byte> records)
    {
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records))
        {
            switch (_spans.Take(in e))
            {
                case Operation { Kind: OperationKind.Open, Result: >= 0 } open: Open(open); break;
                case Operation { Kind: OperationKind.Release } release: Release(release); break;
                case ProcessAdvanced { Step: ProcessStep.Exits } exits when _known.TryGetValue(exits.Process.Tgid, out Known? process):
                    process.Exiting = true;
                    break;
                case ProcessAdvanced { Step: not ProcessStep.Exits } gone: _known.Remove(gone.Process.Tgid); break;
            }
        }
    }

    /// <summary>The processes, in the order of their numbers.</summary>
    public ImmutableArray<ProcessAtStart> Processes()
    {
        var releasing = _spans.InFlight().Where(o => o.Kind == OperationKind.Release).Select(o => o.Task.Tgid).ToHashSet();
        return
        [
            .. _known
                .OrderBy(p => p.Key)
                .Select(p => new ProcessAtStart(
                    p.Key, p.Value.Comm, p.Value.DevicesKnown ? [.. p.Value.Devices] : null, p.Value.Exiting,
                    !p.Value.Exiting && (p.Value.Busy || releasing.Contains(p.Key)))),
        ];
    }

    private void Open(Operation open)
    {
        Known known = Of(open.Task.Tgid, open.Process);
        known.Devices.Remove(open.Device);
        known.Devices.Add(open.Device);
    }

    // The last process that had it open has closed it.
    private void Release(Operation release)
    {
        foreach ((int tgid, Known known) in _known)
        {
            if (tgid == release.Task.Tgid)
                known.Busy = false;
            if (known.Devices.Remove(release.Device) && known is { Devices.Count: 0, Exiting: false, DevicesKnown: true })
                _known.Remove(tgid);
        }
    }

    private Known Of(int tgid, string comm)
    {
        if (_known.TryGetValue(tgid, out Known? known))
            return known;
        if (_known.Count == MaxProcesses)
            _known.Remove(_known.Keys.First());
        return _known[tgid] = new Known(comm);
    }

    private sealed class Known(string comm)
    {
        public string Comm => comm;

        public List<string> Devices { get; } = [];

        public bool DevicesKnown { get; set; } = true;

        public bool Exiting { get; set; }

        public bool Busy { get; set; }
    }
}
