using System.IO.Hashing;
using System.Text;
using Profiler.Core.Protobuf;
using Profiler.Core.Recording;

namespace Profiler.Report.Export.Perfetto;

/// <summary>
/// Writes the packets of a Perfetto trace (protos/perfetto/trace/trace_packet.proto and track_event/), each when it is complete. Times are
/// CLOCK_MONOTONIC; the first packet ties that to wall-clock time, so that other traces of the host can be merged.
/// </summary>
internal sealed class TraceWriter : IDisposable
{
    private const uint Realtime = 1, Monotonic = 3; // BuiltinClock
    private const int SliceBegin = 1, SliceEnd = 2, Instant = 3; // TrackEvent.Type
    private const int FlushAt = 32 * 1024;

    private readonly Stream _to;
    private readonly PooledBuffer _buffer = new();
    private readonly ProtobufWriter _message;
    private readonly string _capture;
    private readonly uint _sequence;

    public TraceWriter(Stream to, CaptureInfo info)
    {
        (_to, _message, _capture) = (to, new ProtobufWriter(_buffer), $"{info.Hostname}/{info.StartNs}");
        // No other sequence of a merged trace should have it; 0 is not allowed.
        _sequence = (uint)Uuid("sequence") | 1;
        Packet(() =>
        {
            int snapshot = _message.BeginMessage(6);
            Clock(Realtime, (ulong)Math.Max(0, (info.Start - DateTimeOffset.UnixEpoch).Ticks) * TimeSpan.NanosecondsPerTick);
            Clock(Monotonic, (ulong)info.StartNs);
            _message.Varint(2, Monotonic); // primary_trace_clock
            _message.EndMessage(snapshot);
        });
    }

    /// <summary>An identifier that no other capture's trace has.</summary>
    public ulong Uuid(string name) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"vfioscope/{_capture}/{name}"));

    /// <summary>Describes a track; before its events.</summary>
    public void Track(Track track) => Packet(() =>
    {
        int descriptor = _message.BeginMessage(60);
        _message.Varint(1, Uuid(track.Key));
        if (track.Process is { } process)
        {
            int begin = _message.BeginMessage(3);
            _message.Varint(1, (ulong)process);
            _message.String(6, track.Name);
            _message.EndMessage(begin);
        }
        else if (track.Thread is { } thread)
        {
            int begin = _message.BeginMessage(4);
            _message.Varint(1, (ulong)thread.Tgid);
            _message.Varint(2, (ulong)thread.Tid);
            _message.String(5, track.Name);
            _message.EndMessage(begin);
        }
        else
        {
            _message.String(2, track.Name);
        }
        if (track.Parent is { } parent)
            _message.Varint(5, Uuid(parent));
        _message.EndMessage(descriptor);
    });

    public void Begin(string track, Slice slice) => Event(track, slice, slice.Time.StartNs, SliceBegin);

    public void Mark(string track, Slice slice) => Event(track, slice, slice.Time.StartNs, Instant);

    public void End(string track, long ns) => Event(track, null, ns, SliceEnd);

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Flush()
    {
        _to.Write(_buffer.Written.Span);
        _buffer.Clear();
    }

    public void Dispose() => _buffer.Dispose();

    private void Event(string track, Slice? slice, long ns, int type) => Packet(() =>
    {
        _message.Varint(8, (ulong)ns);
        _message.Varint(58, Monotonic);
        int begin = _message.BeginMessage(11);
        _message.Varint(9, (ulong)type);
        _message.Varint(11, Uuid(track));
        if (slice is not null)
        {
            _message.String(22, slice.Category);
            _message.String(23, slice.Name);
            foreach (string flow in slice.Flows)
                _message.Fixed64(47, Uuid(flow));
            foreach (string flow in slice.EndsFlows)
                _message.Fixed64(48, Uuid(flow));
            foreach ((string name, object? value) in slice.Details)
                Detail(name, value);
        }
        _message.EndMessage(begin);
    });

    private void Detail(string name, object? value)
    {
        if (value is null)
            return;
        int begin = _message.BeginMessage(4);
        _message.String(10, name);
        switch (value)
        {
            case bool flag: _message.Varint(2, flag ? 1u : 0u); break;
            case int number: _message.Varint(4, (ulong)(long)number); break;
            case long number: _message.Varint(4, (ulong)number); break;
            default: _message.String(6, value.ToString()!); break;
        }
        _message.EndMessage(begin);
    }

    private void Clock(uint id, ulong ns)
    {
        int begin = _message.BeginMessage(1);
        _message.Varint(1, id);
        _message.Varint(2, ns);
        _message.EndMessage(begin);
    }

    private void Packet(Action fill)
    {
        int begin = _message.BeginMessage(1);
        fill();
        _message.Varint(10, _sequence);
        _message.EndMessage(begin);
        if (_buffer.Length >= FlushAt)
            Flush();
    }
}
