using System.Diagnostics;
using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Kernel;

/// <summary>
/// What has to be read of the kernel before anything can be attached, each on a thread of its own: its symbols, which it writes out line
/// by line, and its type information.
/// </summary>
internal sealed class KernelReading
{
    /// <summary>The modules when the reading began.</summary>
    public ModuleStates Modules { get; } = ModuleStates.Read();

    private readonly Task<ILookup<string, KernelSymbol>> _functions = Task.Run(FindFunctions);

    private readonly Task<TypeInformation> _types = Task.Run(TypeInformation.Load);

    /// <summary>False if a module with probes was loaded or unloaded since the reading began.</summary>
    public bool IsCurrent => Modules.Is(ModuleStates.Read());

    /// <summary>The functions in <see cref="Probes.Asked"/> that exist.</summary>
    public ILookup<string, KernelSymbol> Functions => Result(_functions, "wait for kernel symbols");

    /// <exception cref="BpfException">As <see cref="TypeInformation.Load"/>.</exception>
    public TypeInformation Types => Result(_types, "wait for type information");

    private static ILookup<string, KernelSymbol> FindFunctions()
    {
        using Activity? step = StartSteps.Begin("kernel symbols");
        return KernelSymbols.Find(Probes.Asked.ToHashSet());
    }

    private static T Result<T>(Task<T> task, string step)
    {
        using Activity? wait = task.IsCompleted ? null : StartSteps.Begin(step);
        return task.GetAwaiter().GetResult();
    }
}
