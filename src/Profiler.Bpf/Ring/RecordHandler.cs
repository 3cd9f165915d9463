namespace Profiler.Bpf.Ring;

/// <summary>Takes one record of a ring buffer.</summary>
/// <param name="record">Its data, valid until this returns.</param>
public delegate void RecordHandler(ReadOnlySpan<byte> record);
