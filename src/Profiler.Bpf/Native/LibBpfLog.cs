using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Bpf.Native;

/// <summary>
/// Buffer of libbpf's log output, one for each thread: libbpf writes on the thread that calls it, and objects are loaded side by
/// side. It is shown only after a failed load or attach, or on request (<see cref="Echo"/>).
/// </summary>
internal static unsafe class LibBpfLog
{
    private const int LIBBPF_DEBUG = 2; // enum libbpf_print_level
    private const int MaximumLines = 200;

    private static readonly Lock Gate = new();

    [ThreadStatic]
    private static Queue<string>? _lines;

    private static Queue<string> Lines => _lines ??= new Queue<string>();

    /// <summary>Also receives each line immediately, including debug lines; null by default.</summary>
    public static TextWriter? Echo { get; set; }

    /// <summary>Redirects libbpf's output from stderr to this buffer.</summary>
    public static void Capture() => LibBpf.libbpf_set_print(&OnPrint);

    /// <summary>Returns and clears the newest warnings of this thread, oldest first.</summary>
    public static IReadOnlyList<string> Take()
    {
        string[] taken = [.. Lines];
        Lines.Clear();
        return taken;
    }

    // Called from C: must not throw.
    [UnmanagedCallersOnly]
    private static int OnPrint(int level, nint format, nint arguments)
    {
        try
        {
            if (level >= LIBBPF_DEBUG && Echo is null)
                return 0;
            // The verifier's log arrives as one message, and the important part is at its end. So its length is not limited.
            byte* text = null;
            int length = LibC.vasprintf(&text, format, arguments);
            if (length < 0)
                return 0;
            Add(level, Encoding.UTF8.GetString(text, length).TrimEnd());
            NativeMemory.Free(text);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // A failed log write must not stop the program.
        }
        return 0;
    }

    private static void Add(int level, string line)
    {
        lock (Gate)
            Echo?.WriteLine(line);
        if (level >= LIBBPF_DEBUG)
            return;
        if (Lines.Count == MaximumLines)
            Lines.Dequeue();
        Lines.Enqueue(line);
    }
}
