using System.Globalization;
using System.Runtime.InteropServices;
using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>
/// Events written down as a person reads them, one a line, '#' begins a comment:
/// <code>
/// # seconds  process/thread  comm  what
/// 0.000  50/50    virsh  signal 15 to 100/100 qemu
/// 0.100  100/100  qemu   exits
/// 0.110  100/100  qemu   teardown begin memory
/// 0.150  100/100  qemu   teardown end memory
/// 0.160  100/100  qemu   teardown begin iommu
/// 0.170  100/100  qemu   teardown end iommu mappings 2 bytes 16g unpinned 16g batches 16
/// 0.200  100/100  qemu   release begin 0000:01:00.0 lock a exiting
/// 0.300  100/100  qemu   wait begin lock a holder 100/101 qemu
/// 0.400  100/100  qemu   wait end lock a
/// 0.500  100/100  qemu   reset begin function 0000:01:00.0
/// 1.500  100/100  qemu   reset end function -25
/// 1.550  100/100  qemu   tried 0000:00:08.0 holder 70/70 bash
/// 1.600  100/100  qemu   release end
/// 1.610  100/100  qemu   user_reset begin hot 0000:01:00.0 lock a
/// 1.690  100/100  qemu   user_reset end -11
/// 1.700  100/100  qemu   gone
/// 1.800  1/1      init   reaped of 100/100 qemu
/// 2.100  200/200  qemu   contact exec 2.0 vm
/// 2.200  200/200  qemu   starting begin dma bytes 4096
/// 2.300  200/200  qemu   starting end dma bytes 4096 pinned 4096 faults 1 faulted 4096
/// 2.350  200/200  qemu   bars faults 513 small 2m large 1g took 0.004
/// 2.400  200/201  qemu   runs
/// </code>
/// Locks are hexadecimal.
/// </summary>
public static class EventText
{
    /// <summary>The events in the format of the ring buffer.</summary>
    public static ReadOnlyMemory<byte> Records(string text) => MemoryMarshal.AsBytes(Parse(text).AsSpan()).ToArray();

    public static WireEvent[] Parse(string text) =>
    [
        .. text.Split('\n')
            .Select(line => line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(words => words.Length > 0)
            .Select(ParseLine),
    ];

    private static WireEvent ParseLine(string[] words)
    {
        var e = new WireEvent
        {
            TimeNs = (ulong)Math.Round(double.Parse(words[0], CultureInfo.InvariantCulture) * 1e9),
            Comm = Name16.From(words[2]),
            Stack = WireEvent.NoStack,
        };
        (e.Tgid, e.Tid) = Thread(words[1]);
        var rest = new Queue<string>(words[3..]);
        e.Kind = rest.Dequeue() switch
        {
            "release" => EventKind.Release,
            "open" => EventKind.Open,
            "wait" => EventKind.LockWait,
            "tried" => EventKind.LockWait, // the lock of a device, in vain
            "reset" => EventKind.Reset,
            "signal" => EventKind.Signal,
            "exits" => Process(ref e, ProcessStep.Exits),
            "gone" => Process(ref e, ProcessStep.Dead),
            "reaped" => Process(ref e, ProcessStep.Reaped),
            "teardown" => EventKind.Teardown,
            "starting" => EventKind.Start,
            "contact" => Start(ref e, StartStep.Contact),
            "creates" => Start(ref e, StartStep.Vm),
            "runs" => Start(ref e, StartStep.Run),
            "bars" => Start(ref e, StartStep.Bars),
            "user_reset" => EventKind.UserReset,
            var what => throw new FormatException($"an event of kind '{what}'?"),
        };
        while (rest.TryDequeue(out string? word))
            Apply(ref e, word, rest);
        return e;
    }

    private static void Apply(ref WireEvent e, string word, Queue<string> rest)
    {
        switch (word)
        {
            case "begin": e.Edge = EventEdge.Begin; break;
            case "end": e.Edge = EventEdge.End; break;
            case "devset": e.Subtype = (byte)LockKind.DevSet; break;
            case "group": e.Subtype = (byte)LockKind.Group; break;
            case "rwsem": e.Subtype = (byte)LockKind.Rwsem; break;
            case "writer": e.Flags |= EventFlags.Writer; break;
            case "device": e.Subtype = (byte)UserReset.Device; break;
            case "hot": e.Subtype = (byte)UserReset.Hot; break;
            case "exiting": e.Flags |= EventFlags.Exiting; break;
            case "kthread": e.Flags |= EventFlags.KernelThread; break;
            case "mediated": e.Flags |= EventFlags.NotPci; break;
            case "ignored": e.Flags |= EventFlags.Ignored; break;
            case "compat": e.Flags |= EventFlags.IommufdCompat; break;
            case "probing": e.Flags |= EventFlags.Probe; break;
            case "stack": e.Stack = int.Parse(rest.Dequeue(), CultureInfo.InvariantCulture); break;
            case "exec": e.Lock = (ulong)Math.Round(double.Parse(rest.Dequeue(), CultureInfo.InvariantCulture) * 1e9); break;
            case "vm": e.Value |= (int)Contact.NewVm; break;
            case "byopen": e.Value |= (int)Contact.ByOpen; break;
            case "bytes" when e.Kind == EventKind.Teardown:
                e.Unmapped = e.Unmapped with { Bytes = Bytes(rest), Counted = e.Unmapped.Counted | (ulong)Counted.Bytes };
                break;
            case "mappings": e.Unmapped = e.Unmapped with { Mappings = Bytes(rest) }; break;
            case "batches": e.Unmapped = e.Unmapped with { Batches = Bytes(rest) }; break;
            case "unpinned":
                e.Unmapped = e.Unmapped with { Unpinned = Bytes(rest), Counted = e.Unmapped.Counted | (ulong)Counted.Unpinned };
                break;
            case "bytes" when e.Edge == EventEdge.Begin: e.Lock = Bytes(rest); break;
            case "bytes": e.Mapped = e.Mapped with { Bytes = Bytes(rest) }; break;
            case "pinned": e.Mapped = e.Mapped with { Pinned = Bytes(rest) }; break;
            case "faults" when e.StartStep == StartStep.Bars: e.Bars = e.Bars with { Faults = Bytes(rest) }; break;
            case "small": e.Bars = e.Bars with { Small = Bytes(rest) }; break;
            case "large": e.Bars = e.Bars with { Large = Bytes(rest) }; break;
            case "giant": e.Bars = e.Bars with { Giant = Bytes(rest) }; break;
            case "took": e.Bars = e.Bars with { TimeNs = (ulong)Math.Round(double.Parse(rest.Dequeue(), CultureInfo.InvariantCulture) * 1e9) }; break;
            case "faults": e.Mapped = e.Mapped with { Faults = Bytes(rest) }; break;
            case "faulted": e.Mapped = e.Mapped with { Faulted = Bytes(rest) }; break;
            case "lock": e.Lock = ulong.Parse(rest.Dequeue(), NumberStyles.HexNumber, CultureInfo.InvariantCulture); break;
            case "holder" or "to" or "of":
                (e.Peer.Tgid, e.Peer.Tid) = Thread(rest.Dequeue());
                e.Peer.Comm = Name16.From(rest.Dequeue());
                break;
            case var number when int.TryParse(number, CultureInfo.InvariantCulture, out int value): e.Value = value; break;
            case var step when e.Kind == EventKind.Teardown && Enum.TryParse(step, ignoreCase: true, out TeardownStep parsed):
                e.Subtype = (byte)parsed;
                break;
            case var step when e.Kind == EventKind.Start && Enum.TryParse(step, ignoreCase: true, out StartStep parsed):
                e.Subtype = (byte)parsed;
                break;
            case var step when Enum.TryParse(step, ignoreCase: true, out ResetStep parsed): e.Step = parsed; break;
            default: e.Device = Name16.From(word); break;
        }
    }

    private static EventKind Process(ref WireEvent e, ProcessStep step)
    {
        e.Subtype = (byte)step;
        return EventKind.Process;
    }

    private static EventKind Start(ref WireEvent e, StartStep step)
    {
        e.Subtype = (byte)step;
        return EventKind.Start;
    }

    // "4096", "4k", "512m", "16g".
    private static ulong Bytes(Queue<string> rest)
    {
        string text = rest.Dequeue();
        int shift = text[^1] switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return ulong.Parse(shift == 0 ? text : text[..^1], CultureInfo.InvariantCulture) << shift;
    }

    private static (uint Tgid, uint Tid) Thread(string text)
    {
        string[] parts = text.Split('/');
        return (uint.Parse(parts[0], CultureInfo.InvariantCulture), uint.Parse(parts[^1], CultureInfo.InvariantCulture));
    }
}
