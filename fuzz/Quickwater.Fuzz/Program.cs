using Quickwater.Fuzz;

return FuzzCommand.Run(args, Console.Out);
