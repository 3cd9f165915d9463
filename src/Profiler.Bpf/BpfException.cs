namespace Profiler.Bpf;

/// <summary>
/// The kernel, or libbpf, refused something. The message says what and what to do about it, in one line;
/// <see cref="Details"/> is what libbpf had to say.
/// </summary>
public sealed class BpfException : Exception
{
    public BpfException(string message) : this(message, []) { }

    public BpfException(string message, IReadOnlyList<string> details) : base(message) => Details = details;

    public BpfException(string message, Exception inner) : base(message, inner) => Details = [];

    public BpfException() : this("BPF is not available") { }

    /// <summary>libbpf's own lines, for whoever asks for them.</summary>
    public IReadOnlyList<string> Details { get; }
}
